import { randomUUID } from 'node:crypto';
import { GetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { maxPending } from '../../../lambda/catalog/backup-writes.ts';
import { type Catalog, openCatalog } from '../../../lambda/catalog/catalog.ts';
import { keys, type RecordKey } from '../../../lambda/catalog/schema.ts';
import { createBackupId, type BackupId } from '../../../lambda/model/ids.ts';
import type { RestoreRecord } from '../../../lambda/model/records.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { maxReasons, maxTextLength } from '../../../lambda/runtime/shorten.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { newBackup } from '../../support/catalog/new-backup.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
let documents: DynamoDBDocumentClient;
let catalog: Catalog;
beforeAll(async () => {
  documents = DynamoDBDocumentClient.from(database.dynamodb);
  await createCatalog(database.dynamodb, 'catalog');
  catalog = openCatalog(database.dynamodb, 'catalog', systemClock, randomIds);
});

/** Longer than a record may be, with characters of two UTF-16 units on odd and even places. */
const endless = `The first words. ${'x😀'.repeat(200_000)} Request the backup again.`;

/** DynamoDB's limit for an item is 400 KB. Every record stays far below it. */
const maxRecordBytes = 100_000;

async function readRow(key: RecordKey): Promise<Readonly<Record<string, unknown>>> {
  const row = (await documents.send(new GetCommand({ TableName: 'catalog', Key: { ...key } }))).Item ?? {};
  const json = JSON.stringify(row, (_name, value: unknown) => (value instanceof Set ? [...value] : value));
  expect(Buffer.byteLength(json)).toBeGreaterThan(100);
  expect(Buffer.byteLength(json)).toBeLessThan(maxRecordBytes);
  return row;
}

async function createTaken(table = `table-${randomUUID()}`) {
  const { backup } = await catalog.backups.create(newBackup(table));
  const claim = { table, backup: backup.id, execution: backup.id };
  await catalog.turns.take(claim);
  return { backup, claim, row: () => readRow(keys.backup(table, backup.id)) };
}

function expectShortened(text: unknown): void {
  expect(text).toMatch(/^The first words\. .* characters left out\] .* Request the backup again\.$/su);
  expect(String(text).length).toBeLessThanOrEqual(maxTextLength);
}

describe('a record keeps at most a part of', () => {
  it.each([1, maxReasons, maxReasons + 1, 10_000])('%i reasons for the choice of a source', async (count) => {
    const { backup, claim, row } = await createTaken();
    const why = Array.from({ length: count }, (_, i) => `${endless.slice(0, 98)}: snapshot ${i}`);
    await catalog.turns.commit({
      claim,
      headSeen: undefined,
      tableId: backup.table.tableId,
      marker: backup.marker,
      manifestSha256: '0'.repeat(64),
      oldestRun: backup.id,
      ends: { stream: 'a stream' },
      internal: false,
      result: {
        kind: 'full',
        source: 'scan',
        parent: undefined,
        digest: '0'.repeat(32),
        figures: { items: 0, bytes: 0, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 },
        why,
      },
    });
    const kept = (await row())['why'] as string[];
    expect(kept.length).toBe(Math.min(count, maxReasons));
    expect([kept[0], kept.at(-1)]).toEqual([why[0], why.at(-1)]);
    const leftOut = kept.filter((reason) => reason.endsWith('reasons left out]'));
    expect(leftOut).toEqual(count > maxReasons ? [`[${count - maxReasons + 1} reasons left out]`] : []);
  });

  it('the reason of a failed backup', async () => {
    const { claim, row } = await createTaken();
    await catalog.turns.fail(claim, endless);
    expectShortened((await row())['reason']);
  });

  it('the reason of a failed native backup', async () => {
    const table = `table-${randomUUID()}`;
    const { backup } = await catalog.backups.create({ ...newBackup(table), source: 'native' });
    await catalog.natives.fail(backup, endless);
    expectShortened((await readRow(keys.backup(table, backup.id)))['reason']);
  });

  it('every text of a restore, and of its target’s fate', async () => {
    const restore = await createRestore();
    await catalog.restores.note(restore, { why: endless, reason: endless });
    await catalog.restores.abandon(restore, endless);
    const row = () => readRow(keys.restore(restore.target));
    for (const member of ['why', 'reason', 'abandoned']) expectShortened((await row())[member]);
    const fate = { kind: 'unseen', error: endless } as const;
    await catalog.restores.end(restore, 'FAILED', { reason: endless, targetFate: fate });
    expectShortened((await row())['reason']);
    expectShortened(((await row())['targetFate'] as { error: string }).error);
    await catalog.restores.changeFate(restore, { kind: 'kept', why: 'denied', error: endless });
    expectShortened(((await row())['targetFate'] as { error: string }).error);
  });
});

async function createRestore(): Promise<RestoreRecord> {
  const { backup } = await createTaken();
  return catalog.restores.createForPointInTime({
    backup,
    target: `target-${randomUUID()}`,
    description: backup.description,
  });
}

/** Makes a table for which this many backups wait, `own` of them requested by the caller. */
async function createWaiting(
  count: number,
  own: number,
  requestedBy = 'caller',
): Promise<{ table: string; oldest: BackupId }> {
  const table = `table-${randomUUID()}`;
  const marker = Date.now();
  const pending = Array.from({ length: count }, (_, i) => createBackupId(marker - i, randomIds.hex(8)));
  await documents.send(
    new PutCommand({
      TableName: 'catalog',
      Item: {
        ...keys.table({ table }),
        name: table,
        lastMarker: marker,
        pending: new Set<BackupId>(pending),
      },
    }),
  );
  const { backup } = await catalog.backups.create({ ...newBackup(`${table}-2`), requestedBy });
  for (const id of pending.slice(0, own)) {
    const Item = { ...keys.backup(table, id), ...backup, id, table: { ...backup.table, name: table } };
    await documents.send(new PutCommand({ TableName: 'catalog', Item }));
  }
  return { table, oldest: pending.at(-1) as BackupId };
}

describe('a further backup of a table', () => {
  const request = (table: string) => ({ ...newBackup(table), requestedBy: 'caller' });

  it('is refused to a role whose sessions have 100 waiting backups together', async () => {
    const session = (name: string) => `arn:aws:sts::111122223333:assumed-role/ci/${name}`;
    const { table } = await createWaiting(150, 100, session('one'));
    const next = { ...newBackup(table), requestedBy: session('another') };
    await expect(catalog.backups.create(next)).rejects.toMatchObject({ code: 'LimitExceeded' });
    await catalog.backups.create({
      ...next,
      requestedBy: 'arn:aws:sts::111122223333:assumed-role/deploy/one',
    });
  });

  it('is refused to a caller who has 100 waiting backups, and to nobody else', async () => {
    const { table } = await createWaiting(150, 100);
    await expect(catalog.backups.create(request(table))).rejects.toMatchObject({
      code: 'LimitExceeded',
      message:
        '100 backups of this table that you requested are waiting to be made. Try again when some of them are done.',
    });
    expect((await catalog.backups.create({ ...request(table), requestedBy: 'other' })).isNew).toBe(true);
  });

  it('is accepted from a caller who has 99 waiting backups among those of others', async () => {
    const { table } = await createWaiting(150, 99);
    expect((await catalog.backups.create(request(table))).isNew).toBe(true);
  });

  it('is refused to all callers while 900 backups wait, but not to schedules and to Tidemark itself', async () => {
    const { table, oldest } = await createWaiting(900, 0);
    await expect(catalog.backups.create(request(table))).rejects.toMatchObject({
      code: 'LimitExceeded',
      message: expect.stringContaining('900 backups of this table are waiting') as string,
    });
    expect((await catalog.backups.create({ ...request(table), scheduled: true })).isNew).toBe(true);
    expect((await catalog.backups.create({ ...request(table), internal: true })).isNew).toBe(true);
    const claim = { table, backup: oldest, execution: 'one' };
    for (let i = 0; i < 3; i++) {
      const next = (await catalog.turns.getTable(table))?.pending[0] as BackupId;
      await catalog.turns.take({ ...claim, backup: next });
      await catalog.turns.fail({ ...claim, backup: next }, 'it stopped');
    }
    expect((await catalog.backups.create(request(table))).isNew).toBe(true);
  });

  it('is refused to schedules too while 1000 backups wait', async () => {
    const { table } = await createWaiting(maxPending, 0);
    await expect(catalog.backups.create({ ...request(table), scheduled: true })).rejects.toMatchObject({
      code: 'LimitExceeded',
    });
  });
});
