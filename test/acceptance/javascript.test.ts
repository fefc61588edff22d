import { CreateBackupCommand, ListBackupsCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { createJavascriptClient, createSdkClient } from './clients/javascript.ts';
import { endpointUnderTest } from './endpoint.ts';
import { Workplace } from './tables.ts';

const endpoint = await endpointUnderTest();
const client = { ...createJavascriptClient(endpoint), name: 'sdk' };
const work = new Workplace(client, endpoint);
let table = '';
let backups: string[] = [];

beforeAll(async () => {
  table = await work.createTable('music');
  for (const name of ['one', 'two', 'three', 'four']) backups.push(await work.backUp(table, name));
});

const listArns = async (input: ListBackupsCommand['input']): Promise<unknown[]> => {
  const { BackupSummaries } = await client.call('ListBackups', { TableName: table, ...input });
  return (BackupSummaries ?? []).map(({ BackupArn }) => BackupArn);
};

test('a CreateBackup whose answer is lost is retried by the SDK and makes one backup', async () => {
  const sdk = createSdkClient(endpoint);
  let sent = 0;
  sdk.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      sent += 1;
      if (sent === 1) throw Object.assign(new Error('the connection broke'), { name: 'TimeoutError' });
      return answer;
    },
    { step: 'deserialize', priority: 'low' },
  );
  const lost = { TableName: table, BackupName: 'lost' };
  const { BackupDetails, $metadata } = await sdk.send(new CreateBackupCommand(lost));
  expect([sent, $metadata.attempts]).toEqual([2, 2]);
  expect(await listArns({})).toEqual([...backups, BackupDetails?.BackupArn]);
  await work.waitUntilAvailable(String(BackupDetails?.BackupArn));
  await client.call('DeleteBackup', { BackupArn: BackupDetails?.BackupArn });
});

test('the time bounds of a list include the lower bound and exclude the upper one, to the millisecond', async () => {
  const { BackupSummaries = [] } = await client.call('ListBackups', { TableName: table });
  const [, second, third] = BackupSummaries.map(({ BackupCreationDateTime }) => BackupCreationDateTime);
  expect(await listArns({ TimeRangeLowerBound: second, TimeRangeUpperBound: third })).toEqual([backups[1]]);
});

test('a list continues after a deleted backup', async () => {
  const [first, second, ...others] = backups;
  await client.call('DeleteBackup', { BackupArn: second });
  backups = [String(first), ...others];
  expect(await listArns({ ExclusiveStartBackupArn: second })).toEqual(others);
});

test('an unsigned call is rejected', async () => {
  const unsigned = createSdkClient(endpoint, { signer: { sign: async (request) => request } });
  await expect(unsigned.send(new ListBackupsCommand({}))).rejects.toMatchObject({
    name: 'MissingAuthenticationTokenException',
    message: 'Request is missing Authentication Token',
  });
});
