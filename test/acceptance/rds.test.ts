import { beforeAll, describe, expect, test } from 'vitest';
import {
  createGoRds,
  createPopCore,
  createPythonRds,
  createRds20140815,
  pythonSdks,
  type RdsClient,
  type RdsClientOptions,
} from './clients/rds.ts';
import { findAlicloud, findGoClient, findPythonWith, useDialects } from './dialects.ts';
import { eventually } from '../support/wire/support.ts';

const dialects = useDialects();
const endpoint = () => dialects.rds;

const alicloud = findAlicloud();
const python = findPythonWith('aliyunsdkrds', 'alibabacloud_rds20140815');
const go = findGoClient();

/** Creates a client for each installed SDK. */
function createClients(options: RdsClientOptions): RdsClient[] {
  return [
    ...(alicloud === undefined
      ? []
      : [
          createPopCore(alicloud, 'GET', options),
          createPopCore(alicloud, 'POST', options),
          createRds20140815(alicloud, 'V3', options),
          createRds20140815(alicloud, 'V1', options),
        ]),
    ...(go === undefined ? [] : [createGoRds(go, options)]),
    ...(python === undefined ? [] : pythonSdks.map((sdk) => createPythonRds(python, sdk, options))),
  ];
}

const clients = createClients({ endpoint });
const impostors = createClients({ endpoint, secret: 'wrong' });

test('RDS refuses a request without a signature, even if no client is installed', async () => {
  const answer = await fetch(`http://${dialects.rds}/?Action=DescribeBackups&Format=JSON`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ Code: 'MissingParameter' });
});

type Items = Record<string, Record<string, unknown>[]>;

describe.for(clients.map((client, i) => [client.name, client, impostors[i]] as const))(
  'RDS with %s',
  ([, client, impostor]) => {
    let table: string;
    beforeAll(async () => {
      table = await dialects.tables.createTable(client.name.replaceAll(/[^\w]/g, '-'));
      await dialects.tables.fill(table, 3);
    });

    test('backs up, follows the backup’s task, lists backups and deletes one', async () => {
      const logical = { DBInstanceId: table, BackupMethod: 'Logical', BackupStrategy: 'db', DBName: table };
      const created = await client.call('CreateBackup', logical);
      expect(created).toMatchObject({ BackupJobId: expect.stringMatching(/^\d+$/) });
      const BackupJobId = String(created['BackupJobId']);
      const task = await eventually(async () => {
        const { Items } = await client.call('DescribeBackupTasks', { DBInstanceId: table, BackupJobId });
        const [found] = (Items as Items)['BackupJob'] ?? [];
        return found?.['BackupStatus'] === 'Finished' && found;
      });
      expect(task).toMatchObject({ BackupId: BackupJobId, Process: '100' });
      const listed = await client.call('DescribeBackups', { DBInstanceId: table, BackupId: BackupJobId });
      expect((listed['Items'] as Items)['Backup']).toMatchObject([
        { BackupId: BackupJobId, BackupStatus: 'Success', BackupMethod: 'Logical' },
      ]);
      await client.call('DeleteBackup', { DBInstanceId: table, BackupId: BackupJobId });
      const left = await client.call('DescribeBackups', { DBInstanceId: table });
      expect(left).toMatchObject({ TotalRecordCount: '0' });
    });

    test('reports errors with the service’s codes and messages', async () => {
      await expect(client.call('CreateBackup', { DBInstanceId: 'nowhere' })).rejects.toMatchObject({
        code: 'InvalidDBInstanceId.NotFound',
        message: expect.stringContaining('The specified DB instance does not exist.'),
      });
      const wrong = { DBInstanceId: table, BackupMethod: 'Magical' };
      await expect(client.call('CreateBackup', wrong)).rejects.toMatchObject({
        code: 'InvalidBackupMethod.ValueNotSupport',
      });
    });

    test('rejects a wrong secret', async () => {
      // Python's SDK compares the string to sign in the message with its own, and so finds that only the secret can be wrong.
      await expect(impostor?.call('CreateBackup', { DBInstanceId: table })).rejects.toMatchObject({
        code: expect.stringMatching(/^(SignatureDoesNotMatch|InvalidAccessKeySecret|IncompleteSignature)$/),
      });
    });
  },
);
