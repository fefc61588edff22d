import { DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { createRestoreHandler } from '../../lambda/handlers/native-restore.ts';
import { type Log, silentLog } from '../../lambda/runtime/logger.ts';

/** Creates a client that answers with or throws `answer`, and records its calls. */
function clientOf(answer: object) {
  const requests: object[] = [];
  const dynamodb = new DynamoDBClient({ region: 'eu-west-1' });
  dynamodb.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => {
        requests.push({ commandName, input });
        if (answer instanceof Error) throw answer;
        return { output: { ...answer, $metadata: {} }, response: {} };
      },
    { step: 'initialize' },
  );
  return { dynamodb, requests };
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
const limitExceeded = new DynamoDBServiceException({
  name: 'LimitExceededException',
  message: 'too many',
  $fault: 'client',
  $metadata: {},
});
const answers = [
  [{ TableDescription: { TableName: 'Copy' } }, { table: { TableName: 'Copy' } }, {}],
  [
    limitExceeded,
    { error: { name: 'LimitExceededException', message: 'too many' } },
    { refused: 'LimitExceededException' },
  ],
] as const;

test.each(calls.flatMap((call) => answers.map((answer) => [call, ...answer] as const)))(
  'a native restore logs its caller, whom it does not pass on to DynamoDB: case %#',
  async ({ source, ...call }, given, answer, facts) => {
    const { dynamodb, requests } = clientOf(given);
    const info = vi.fn<Log['info']>();
    const handler = createRestoreHandler(dynamodb, { ...silentLog, info });
    expect(await handler({ ...call, requestedBy })).toEqual(answer);
    expect(requests).toEqual([{ commandName: `${call.operation}Command`, input: call.input }]);
    expect(info).toHaveBeenCalledExactlyOnceWith('native restore requested', {
      operation: call.operation,
      source,
      target: 'Copy',
      requestedBy,
      ...facts,
    });
  },
);

test('a native restore passes on a time in milliseconds as a date', async () => {
  const { dynamodb, requests } = clientOf({});
  const time = 1_700_600_000_250;
  await createRestoreHandler(
    dynamodb,
    silentLog,
  )({
    operation: 'RestoreTableToPointInTime',
    input: { SourceTableName: 'Music', TargetTableName: 'Copy', RestoreDateTime: time },
  });
  expect(requests).toMatchObject([{ input: { RestoreDateTime: new Date(time) } }]);
});
