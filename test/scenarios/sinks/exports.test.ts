import { expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { byExports, useExports } from '../../support/use-exports.ts';

const world = useExports();

async function backup(sink?: string): Promise<BackupRecord> {
  const { operations, executions } = world.harness;
  const request = { table: world.table, name: 'b', source: 'export', ...(sink && { sink }) } as const;
  const { id } = await operations.createBackup(request);
  await executions.idle();
  return operations.describeBackup({ table: world.table, id });
}

it('a backup by exports continues only a snapshot of its own data sink, though others are newer', async () => {
  await world.start({ ...byExports, sinks: [{ name: 'archive', bucket: 'cold' }] });
  const archived = await backup('archive');
  world.passSeconds();
  const own = await backup();
  world.passSeconds();
  await world.change();
  const content = await world.readContent();
  const next = await backup('archive');
  const last = await backup();
  expect([archived, own, next, last].map(({ status, parent }) => [status, parent])).toEqual([
    ['AVAILABLE', undefined],
    ['AVAILABLE', undefined],
    ['AVAILABLE', archived.id],
    ['AVAILABLE', own.id],
  ]);
  await world.expectContent(next, content);
  await world.expectContent(last, content);
});
