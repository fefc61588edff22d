import { type AttributeValue, BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { findFormerHeads } from '../../../lambda/backup/parents.ts';
import { readTableName } from '../../../lambda/model/table-patterns.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';
import { describeTable } from '../../../lambda/tables/table.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

/** What grows with the age of a deployment has an end, and what is read does not grow with it. */

const world = useTidemark({ items: 2 });

const dayMs = 24 * 60 * 60 * 1000;

type Row = Readonly<Record<string, AttributeValue>>;

async function readCatalog(): Promise<Row[]> {
  const TableName = readTableName(world.harness.services.config.catalogArn);
  return (await world.harness.services.dynamodb.send(new ScanCommand({ TableName }))).Items ?? [];
}

/** The rows whose sort key begins so, each with the days until DynamoDB removes it. */
async function daysOf(sort: string): Promise<(number | undefined)[]> {
  const now = world.harness.services.clock.now();
  const rows = (await readCatalog()).filter(({ sk }) => sk?.S?.startsWith(sort));
  return rows.map(({ ttl }) => ttl && Math.round((Number(ttl.N) * 1000 - now) / dayMs));
}

describe('the records of what was deleted are removed after 90 days', () => {
  it('of a backup', async () => {
    const { harness, table } = world;
    const { id } = await harness.operations.createBackup({ table, name: 'nightly' });
    await harness.executions.idle();
    expect(await daysOf('BACKUP#')).toEqual([undefined]);
    await harness.operations.deleteBackup({ table, id });
    expect(await daysOf('DELETED#')).toEqual([90]);
    await expect(harness.operations.describeBackup({ table, id })).rejects.toMatchObject({
      code: 'BackupNotFound',
    });
  });

  it('of a backup set and its members', async () => {
    const { harness, table } = world;
    const { set } = await harness.operations.createBackupSet({ name: 'nightly', tables: [table] });
    await harness.executions.idle();
    expect(await daysOf('MEMBER#')).toEqual([undefined]);
    await harness.operations.describeBackupSet(set);
    await harness.operations.deleteBackupSet(set);
    expect(await daysOf('MEMBER#')).toEqual([90]);
    // The set's own record, and the one of its member's backup.
    expect(await daysOf('DELETED#')).toEqual([90, 90]);
    const forever = (await readCatalog()).filter(({ ttl }) => ttl === undefined);
    const sorts = forever.map(({ sk }) => sk?.S?.split('#')[0]);
    for (const sort of ['SET', 'OPEN', 'EXPIRY', 'BACKUP']) expect(sorts).not.toContain(sort);
  });
});

it('a backup considers 500 earlier snapshots at most, the latest before the time that it wants', async () => {
  const { harness, table } = world;
  const { services } = harness;
  const { id } = await harness.operations.createBackup({ table, name: 'first' });
  await harness.executions.idle();
  const rows = await readCatalog();
  const first = rows.find(({ sk }) => sk?.S === `SNAPSHOT#${id}`);
  const now = services.clock.now();
  const times = Array.from({ length: 700 }, (_, i) => now - (699 - i) * 1000);
  const puts = times.map((time) => {
    const copy = createBackupId(time, '00000000');
    return { PutRequest: { Item: { ...first, sk: { S: `SNAPSHOT#${copy}` }, id: { S: copy } } } };
  });
  const TableName = readTableName(services.config.catalogArn);
  for (let at = 0; at < puts.length; at += 25) {
    const RequestItems = { [TableName]: puts.slice(at, at + 25) };
    await services.dynamodb.send(new BatchWriteItemCommand({ RequestItems }));
  }
  let read = 0;
  services.dynamodb.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call);
      read += (answer.output as { Items?: unknown[] }).Items?.length ?? 0;
      return answer;
    },
    { step: 'initialize', name: 'countRows', override: true },
  );
  const { identity } = await describeTable(services.dynamodb, table);
  const latest = await findFormerHeads(services, { table: identity });
  expect([latest.length, latest[0]?.marker, read]).toEqual([500, times.at(-1), 500]);
  const asOf = times[299] ?? 0;
  const before = await findFormerHeads(services, { table: identity, asOf });
  expect([before.length, before[0]?.marker, before.at(-1)?.marker]).toEqual([300, asOf, times[0]]);
  services.dynamodb.middlewareStack.remove('countRows');
});
