import { describe, expect, it } from 'vitest';
import type { BackupSet } from '../../../../lambda/model/sets.ts';
import type { CreateBackupSetInput } from '../../../../lambda/operations/sets/create-backup-set.ts';
import { describeTable } from '../../../../lambda/tables/table.ts';
import type { ObjectStore } from '../../../../lambda/storage/object-store.ts';
import { createFilledTable, putItems, restore } from '../../../support/fixture.ts';
import { readEverything } from '../../../support/read-everything.ts';
import { createSimulatedRecovery } from '../../../support/recovery.ts';
import { readTableContent } from '../../../support/tables.ts';
import { useTidemark } from '../../../support/use-tidemark.ts';

const world = useTidemark({ items: 20 });

const code = (expected: string) => expect.objectContaining({ code: expected });

async function createSet(input: Partial<CreateBackupSetInput> = {}): Promise<BackupSet> {
  const { operations, executions } = world.harness;
  const { set } = await operations.createBackupSet({ name: 'nightly', tables: [world.table], ...input });
  await executions.idle();
  return operations.describeBackupSet(set);
}

const plan = (input: Partial<CreateBackupSetInput> = {}) =>
  world.harness.operations.planBackupSet({ name: 'nightly', tables: [world.table], ...input });

describe('planBackupSet', () => {
  it('describes the set without changing a byte of the catalog or the store', async () => {
    await createSet();
    const other = await createFilledTable(world.database, 5);
    const before = await readEverything(world.database, world.harness);
    const planned = await plan({ tables: [world.table, other, 'no-such-table'], checksum: true });
    expect(await readEverything(world.database, world.harness)).toEqual(before);
    expect(planned.members).toMatchObject([
      { table: world.table, kind: 'incremental', source: 'stream', items: 20 },
      { table: other, kind: 'full', source: 'scan', items: 5 },
      { table: 'no-such-table', error: { code: 'TableNotFound' } },
    ]);
    // The embedded database reports no size of a table.
    expect(planned).toMatchObject({ items: 25, bytes: 0, usd: { low: 0, high: 0 } });
  });

  it('chooses the sources that the set then uses', async () => {
    await createSet();
    for (const request of [{}, { kind: 'full' }, { kind: 'differential' }, { source: 'scan' }] as const) {
      await putItems(world.database, world.table, 0, 1);
      const { members } = await plan(request);
      const set = await createSet(request);
      const id = set.members[0]?.backup;
      if (id === undefined) throw new Error('no backup');
      const { kind, source } = await world.harness.operations.describeBackup({ table: world.table, id });
      expect(members).toMatchObject([{ kind, source }]);
    }
  });

  it('estimates nothing for a backup by DynamoDB, which bills storage by the month', async () => {
    const check = () => {};
    await world.replaceHarness({ native: { ...world.harness.services.native, check } });
    expect((await plan({ source: 'native' })).members).toMatchObject([
      { source: 'native', usd: { low: 0, high: 0 } },
    ]);
  });

  it('throws the errors of the request itself', async () => {
    await createSet({ maxPerDay: 1 });
    expect(await plan()).toMatchObject({ items: 20 });
    await expect(plan({ maxPerDay: 1 })).rejects.toEqual(code('TooManySets'));
    await expect(plan({ tables: [] })).rejects.toEqual(code('Validation'));
    const stopped = world.harness.restart();
    stopped.executions.stop();
    await stopped.operations.createBackupSet({ name: 'nightly', tables: [world.table] });
    await expect(plan()).rejects.toEqual(code('SetInUse'));
  });
});

describe('a set of tables’ settings alone', () => {
  it('is AVAILABLE without items, and restores an empty table with the same keys', async () => {
    const set = await createSet({ source: 'settings' });
    expect(set).toMatchObject({ status: 'AVAILABLE', figures: { items: 0, copiedFiles: 0 } });
    const target = `${world.table}-copy`;
    const { operations, executions, services } = world.harness;
    await operations.restoreBackupSet({ ...set, targets: [{ table: world.table, target }] });
    await executions.idle();
    expect(await services.catalog.restores.get(target)).toMatchObject({ status: 'RESTORED' });
    expect(await readTableContent(world.database.dynamodb, target)).toEqual(new Map());
    const { description } = await describeTable(world.database.dynamodb, target);
    const source = await describeTable(world.database.dynamodb, world.table);
    expect(description.keySchema).toEqual(source.description.keySchema);
  });

  it('is not continued: the next backup continues the last snapshot that has items', async () => {
    await createSet();
    const { turns } = world.harness.services.catalog;
    const head = (await turns.getTable(world.table))?.head;
    await createSet({ source: 'settings' });
    expect((await turns.getTable(world.table))?.head).toEqual(head);
    await putItems(world.database, world.table, 0, 1);
    expect(await createSet()).toMatchObject({
      kind: 'incremental',
      figures: { items: 20, copiedRecords: 1 },
    });
  });

  it('is not the full set from which a differential set starts', async () => {
    const full = await createSet();
    const settings = await createSet({ source: 'settings' });
    await putItems(world.database, world.table, 0, 1);
    const last = await createSet({ kind: 'differential', replaces: { sinceFull: true } });
    await world.harness.operations.advanceBackupSet(last);
    const { sets } = await world.harness.operations.listBackupSets({ name: 'nightly', limit: 10 });
    expect(sets.map(({ id }) => id)).toEqual([full.id, last.id]);
    expect(sets.map(({ id }) => id)).not.toContain(settings.id);
  });

  it('needs neither a stream nor recovery, costs nothing, and cannot be incremental', async () => {
    await world.replaceHarness({ config: { base: 'export', missingRecovery: 'refuse' } });
    expect((await plan({ source: 'settings' })).members).toMatchObject([
      { kind: 'full', source: 'settings', usd: { low: 0, high: 0 } },
    ]);
    expect(await createSet({ source: 'settings' })).toMatchObject({ status: 'AVAILABLE' });
    await expect(plan({ source: 'settings', kind: 'incremental' })).rejects.toEqual(code('Validation'));
  });
});

describe('a set with checksums', () => {
  /** Flips a byte in each of the first `count` runs that are stored. */
  const corrupting =
    (count: number) =>
    (store: ObjectStore): ObjectStore => {
      let left = count;
      return {
        ...store,
        async putStream(key, body) {
          if (!key.includes('/runs/') || left-- <= 0) return store.putStream(key, body);
          return store.putStream(key, flipFirst(body));
        },
      };
    };

  async function* flipFirst(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let at = 0;
    for await (const chunk of body) {
      const copy = Uint8Array.from(chunk);
      const place = 20 - at;
      if (place >= 0 && place < copy.length) copy[place] = (copy[place] ?? 0) ^ 1;
      at += copy.length;
      yield copy;
    }
  }

  it('writes a run again if the stored bytes differ from the written bytes', async () => {
    await world.replaceHarness({ store: corrupting(1) });
    const content = await readTableContent(world.database.dynamodb, world.table);
    const set = await createSet({ checksum: true });
    expect(set.status).toBe('AVAILABLE');
    const id = set.members[0]?.backup;
    if (id === undefined) throw new Error('no backup');
    const backup = await world.harness.operations.describeBackup({ table: world.table, id });
    expect(await restore(world.database, world.harness, backup)).toEqual(content);
  });

  it('fails with the reason if stored bytes differ again and again', async () => {
    await world.replaceHarness({ store: corrupting(1000) });
    expect(await createSet({ checksum: true })).toMatchObject({
      status: 'FAILED',
      members: [
        { reason: expect.stringMatching(/^StagedDataCorrupt: a written object was read back/) as string },
      ],
    });
  });

  it('applies to increments, and does not mark their parent as damaged', async () => {
    await createSet();
    await putItems(world.database, world.table, 0, 2);
    const broken = world.harness.restart({ store: corrupting(1000) });
    const request = { name: 'nightly', tables: [world.table], checksum: true } as const;
    const { set } = await broken.operations.createBackupSet(request);
    await broken.executions.idle();
    expect(await broken.operations.describeBackupSet(set)).toMatchObject({ status: 'FAILED' });
    const { turns } = world.harness.services.catalog;
    expect((await turns.getTable(world.table))?.distrust).toBeUndefined();
    expect(await createSet()).toMatchObject({ status: 'AVAILABLE', kind: 'incremental' });
  });
});

describe('a set whose request names a source for first backups', () => {
  it('scans the tables although exports are configured, and is continued by the stream', async () => {
    const exports = createSimulatedRecovery(world.database.clock);
    await world.replaceHarness({ exports, config: { base: 'export' } });
    const sourceOf = async (set: BackupSet) => {
      const id = set.members[0]?.backup;
      return id && (await world.harness.operations.describeBackup({ table: world.table, id })).source;
    };
    expect(await sourceOf(await createSet({ base: 'scan' }))).toBe('scan');
    await putItems(world.database, world.table, 0, 1);
    expect(await sourceOf(await createSet({ base: 'scan' }))).toBe('stream');
  });
});
