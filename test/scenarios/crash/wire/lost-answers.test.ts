import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DynamoDBClient,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { useRuntime } from '../../../support/wire/support.ts';

const wire = useRuntime();
let lossy: Server;
let client: DynamoDBClient;
let lost = 0;

/** A proxy that drops the first answer to each call: the service has done the work, but the client does not know. */
beforeAll(async () => {
  const seen = new Set<unknown>();
  const { hostname, port } = new URL(wire.url);
  lossy = createServer(({ headers, url: path, socket }, outgoing) => {
    const id = headers['amz-sdk-invocation-id'];
    const isFirst = !seen.has(id);
    seen.add(id);
    const forwarded = request({ hostname, port, method: 'POST', path, headers }, (answer) => {
      if (isFirst) {
        lost++;
        answer.resume().on('end', () => socket.destroy());
      } else {
        outgoing.writeHead(Number(answer.statusCode), answer.headers);
        answer.pipe(outgoing);
      }
    });
    outgoing.req.pipe(forwarded);
  });
  lossy.listen(0, '127.0.0.1');
  await once(lossy, 'listening');
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(lossy.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(() => {
  client.destroy();
  lossy.closeAllConnections();
  lossy.close();
});

beforeEach(() => {
  lost = 0;
});

test('CreateBackup whose answer is lost makes one backup, which the SDK’s retry returns', async () => {
  const table = await wire.createTable('create');
  const { BackupDetails } = await client.send(
    new CreateBackupCommand({ TableName: table, BackupName: 'lossy' }),
  );
  expect(lost).toBe(1);
  expect((await wire.list({ TableName: table })).arns).toEqual([BackupDetails?.BackupArn]);
});

test('DeleteBackup whose answer is lost is reported as done to the SDK’s retry', async () => {
  const table = await wire.createTable('delete');
  const BackupArn = await wire.backUp(table);
  const { BackupDescription } = await client.send(new DeleteBackupCommand({ BackupArn }));
  expect(lost).toBe(1);
  expect(BackupDescription?.BackupDetails).toMatchObject({ BackupArn, BackupStatus: 'DELETED' });
});

test('RestoreTableFromBackup whose answer is lost starts one restore, which the SDK’s retry returns', async () => {
  const table = await wire.createTable('restore');
  await wire.fill(table, 20);
  const BackupArn = await wire.backUp(table);
  const TargetTableName = wire.uniqueName('restore-target');
  const { TableDescription } = await client.send(
    new RestoreTableFromBackupCommand({ BackupArn, TargetTableName }),
  );
  expect(lost).toBe(1);
  expect(TableDescription).toMatchObject({
    TableName: TargetTableName,
    RestoreSummary: { SourceBackupArn: BackupArn },
  });
  await wire.waitUntilActive(TargetTableName);
  expect(await wire.readContent(TargetTableName)).toHaveLength(20);
});

test('RestoreTableToPointInTime whose answer is lost starts one restore, which the SDK’s retry returns', async () => {
  const table = await wire.createRecoverableTable('time');
  const TargetTableName = wire.uniqueName('time-target');
  const { TableDescription } = await client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: table,
      TargetTableName,
      UseLatestRestorableTime: true,
    }),
  );
  expect(lost).toBe(1);
  expect(TableDescription?.TableName).toBe(TargetTableName);
  await wire.waitUntilActive(TargetTableName);
});

test('UpdateContinuousBackups whose answer is lost is reported as done to the SDK’s retry', async () => {
  const table = await wire.createTable('update');
  const { ContinuousBackupsDescription } = await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  expect(lost).toBe(1);
  expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
    PointInTimeRecoveryStatus: 'ENABLED',
  });
});
