import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { handleRds } from '../../../lambda/dialects/rds/dialect.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations } from '../dynamodb/fakes.ts';
import { readAnswer, sign, testKey } from './support.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const dayMs = 24 * 60 * 60 * 1000;

/** Requests a backup of the instance `shop`, which has two tables, and returns the set that is requested for it. */
async function request(parameters: Readonly<Record<string, string>>) {
  const operations = fakeOperations({
    resolveTableGroup: async ({ name }) => ({ name, isConfigured: true, tables: ['Books', 'Music'] }),
  });
  const signed = sign('CreateBackup', { DBInstanceId: 'shop', ...parameters }, { now, nonce: randomUUID() });
  const services = { operations, keys: async () => [testKey], clock: { now: () => now }, log: silentLog };
  const { status } = readAnswer(await handleRds({ ...services, region: 'eu-west-1' }, signed));
  return { status, wanted: operations.createBackupSet.mock.calls[0]?.[0] };
}

const common = {
  name: 'shop',
  group: 'shop',
  tables: ['Books', 'Music'],
  requestedBy: 'rds/testkey',
  maxPerDay: 20,
};
const db = { BackupStrategy: 'db', DBName: 'Music' };
const fullPhysical = { BackupMethod: 'Physical', BackupType: 'FullBackup' };

describe('every parameter of CreateBackup', () => {
  it.each([
    [{}, { source: 'export' }],
    [{ BackupMethod: 'Physical' }, { source: 'export' }],
    [{ BackupMethod: '', BackupType: '', BackupStrategy: '', DBName: '' }, { source: 'export' }],
    [{ BackupMethod: 'Physical', BackupType: 'Auto' }, { source: 'export' }],
    [fullPhysical, { source: 'export', kind: 'full' }],
    [{ BackupMethod: 'Logical' }, { base: 'scan' }],
    [{ BackupMethod: 'Logical', BackupType: 'Auto' }, { base: 'scan' }],
    [
      { BackupMethod: 'Logical', BackupType: 'FullBackup' },
      { source: 'scan', kind: 'full' },
    ],
    [{ BackupMethod: 'Snapshot' }, { source: 'native' }],
    [{ BackupMethod: 'Logical', BackupStrategy: 'instance' }, { base: 'scan' }],
    [
      { ...fullPhysical, BackupStrategy: 'instance' },
      { source: 'export', kind: 'full' },
    ],
    [
      { BackupMethod: 'Logical', ...db },
      { base: 'scan', tables: ['Music'] },
    ],
    [
      { BackupMethod: 'Logical', BackupStrategy: 'db', DBName: ' Music , Books ' },
      { base: 'scan', tables: ['Music', 'Books'] },
    ],
    [
      { ...fullPhysical, ...db },
      { source: 'export', kind: 'full', tables: ['Music'] },
    ],
    [
      { ...fullPhysical, ...db, BackupRetentionPeriod: '7' },
      { source: 'export', kind: 'full', tables: ['Music'], expiresAt: now + 7 * dayMs },
    ],
    [
      { ...fullPhysical, ...db, BackupRetentionPeriod: '730' },
      { source: 'export', kind: 'full', tables: ['Music'], expiresAt: now + 730 * dayMs },
    ],
    [
      { ...fullPhysical, ...db, BackupRetentionPeriod: '-1' },
      { source: 'export', kind: 'full', tables: ['Music'] },
    ],
    // What older clients send is signed, and means nothing here.
    [{ ResourceOwnerId: '1', ResourceGroupId: 'g', OwnerId: '2', OwnerAccount: 'a' }, { source: 'export' }],
  ])('%j requests exactly %j', async (parameters, expected) => {
    expect(await request(parameters)).toEqual({ status: 200, wanted: { ...common, ...expected } });
  });
});
