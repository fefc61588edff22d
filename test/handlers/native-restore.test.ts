import { DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { createRestoreHandler } from '../../lambda/handlers/native-restore.ts';
import { type Log, silentLog } from '../../lambda/runtime/logger.ts';

/** A client of a DynamoDB that answers this, or throws it, and keeps what it was asked. */
function clientOf(answer: object) {
  const asked: object[] = [];
  const dynamodb = new DynamoDBClient({ region: 'eu-west-1' });
  dynamodb.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => {
        asked.push({ commandName, input });
        if (answer instanceof Error) throw answer;
        return { output: { ...answer, $metadata: {} }, response: {} };
      },
    { step: 'initialize' },
  );
  return { dynamodb, asked };
}

const requestedBy = 'arn:aws:iam::123456789012:user/ada';
const native = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/backup/01576616366715-b4e58d3a';
const calls = [
  {
    operation: 'RestoreTableToPointInTime',
    input: { SourceTableName: 'Music', TargetTableName: 'Copy', UseLatestRestorableTime: true },
    source: 'Music',
  },
  {
    operation: 'RestoreTableFromBackup',
    input: { BackupArn: native, TargetTableName: 'Copy' },
    source: native,
  },
] as const;
const refusal = new DynamoDBServiceException({
  name: 'LimitExceededException',
  message: 'too many',
  $fault: 'client',
  $metadata: {},
});
const answers = [
  [{ TableDescription: { TableName: 'Copy' } }, { table: { TableName: 'Copy' } }, {}],
  [
    refusal,
    { error: { name: 'LimitExceededException', message: 'too many' } },
    { refused: 'LimitExceededException' },
  ],
] as const;

test.each(calls.flatMap((call) => answers.map((answer) => [call, ...answer] as const)))(
  'who asked is logged, and DynamoDB is not told of it: %#',
  async ({ source, ...call }, given, answer, facts) => {
    const { dynamodb, asked } = clientOf(given);
    const info = vi.fn<Log['info']>();
    const handler = createRestoreHandler(dynamodb, { ...silentLog, info });
    expect(await handler({ ...call, requestedBy })).toEqual(answer);
    expect(asked).toEqual([{ commandName: `${call.operation}Command`, input: call.input }]);
    expect(info).toHaveBeenCalledExactlyOnceWith('native restore requested', {
      operation: call.operation,
      source,
      target: 'Copy',
      requestedBy,
      ...facts,
    });
  },
);

test('a time comes as a number and is asked for as a time', async () => {
  const { dynamodb, asked } = clientOf({});
  const time = 1_700_600_000_250;
  await createRestoreHandler(
    dynamodb,
    silentLog,
  )({
    operation: 'RestoreTableToPointInTime',
    input: { SourceTableName: 'Music', TargetTableName: 'Copy', RestoreDateTime: time },
  });
  expect(asked).toMatchObject([{ input: { RestoreDateTime: new Date(time) } }]);
});
