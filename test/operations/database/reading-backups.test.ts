import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import * as keyHash from '../../../lambda/item/key-hash.ts';
import { createSecret } from '../../../lambda/secret/secret.ts';
import { fromSdk } from '../../../lambda/item/from-sdk.ts';
import type { ComparisonPage } from '../../../lambda/operations/compare-backups.ts';
import type { VerificationPage } from '../../../lambda/operations/verify-backup.ts';
import { readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import { useDatabase } from '../../support/database.ts';
import { changeItems, createFilledTable, shape } from '../../support/fixture.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { readTableContent, createTable, keyOf, normal, nthKey, type SdkItem } from '../../support/tables.ts';
import { smallLimits } from '../../support/snapshot/chain.ts';
import { parseBackupId } from '../../../lambda/model/ids.ts';

/** The options for pages that end after one step each. */
const onePageEach = { limits: smallLimits, readBudgetMs: 0 };

/** Two backups of a table, before and after the table was changed. */
interface Pair {
  readonly table: string;
  readonly first: BackupRecord;
  readonly second: BackupRecord;
}

const database = useDatabase();
let harness: Harness;
let table: string;
let first: BackupRecord;
let second: BackupRecord;

beforeAll(async () => {
  harness = await startHarness(database, { config: onePageEach });
  ({ table, first, second } = await createPair());
});
afterAll(() => harness.close());

/** Makes backups of a new table, for a test that damages or deletes them. */
async function createPair(): Promise<Pair> {
  const table = await createFilledTable(database);
  const first = await backup(table);
  await changeItems(database, table);
  return { table, first, second: await backup(table) };
}

async function backup(of: string, by = harness): Promise<BackupRecord> {
  const { id } = await by.operations.createBackup({ table: of, name: 'a-backup' });
  await by.executions.idle();
  return harness.operations.describeBackup({ table: of, id });
}

const keyOfBackup = ({ table: { name }, id }: BackupRecord) => ({ table: name, id });
const code = (expected: string) => expect.objectContaining({ code: expected });
const nthKeyJson = (n: number) => fromSdk(nthKey(shape, n));
const itemOf = (of: BackupRecord, n: number, from = harness) =>
  from.operations.getBackupItem({ backup: keyOfBackup(of), key: nthKeyJson(n) });

async function pagesOf<P extends { readonly next?: string }>(
  page: (next: { next?: string }) => Promise<P>,
): Promise<P[]> {
  const pages: P[] = [];
  let next: string | undefined;
  do {
    const one = await page(next === undefined ? {} : { next });
    pages.push(one);
    next = one.next;
  } while (next !== undefined);
  return pages;
}

const compare = (limit = 1000, from = first, to = second): Promise<ComparisonPage[]> =>
  pagesOf((next) =>
    harness.operations.compareBackups({ from: keyOfBackup(from), to: keyOfBackup(to), limit, ...next }),
  );
const verify = (share?: number, of = second): Promise<VerificationPage[]> =>
  pagesOf((next) =>
    harness.operations.verifyBackup({
      backup: keyOfBackup(of),
      ...(share !== undefined && { share }),
      ...next,
    }),
  );

/** Expects the progress of pages to rise to 1, which only the last page reaches. */
function expectProgress(pages: readonly { readonly progress: number; readonly next?: string }[]): void {
  const progress = pages.map((page) => page.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress.filter((value) => value >= 1)).toEqual([1]);
}

/** Compares the content of a table before and after with two Maps. */
function compareMaps(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...from.keys(), ...to.keys()]);
  return [...keys]
    .filter((key) => from.get(key) !== to.get(key))
    .map((key) => {
      if (!from.has(key)) return `added ${key}`;
      return to.has(key) ? `changed ${key}` : `removed ${key}`;
    })
    .toSorted();
}

/** Returns the differences of pages, with keys in the form of `keyOf`; their attributes have only the types S and N. */
const toSortedChanges = (pages: readonly ComparisonPage[]) =>
  pages
    .flatMap(({ differences }) => differences)
    .map(({ change, key }) => `${change} ${keyOf(JSON.parse(key) as SdkItem)}`)
    .toSorted();

describe('getBackupItem', () => {
  it('returns the item as it is in the backup, and the cost of reading it', async () => {
    const now = await readTableContent(database.dynamodb, table);
    for (const n of [1, 4, 101]) {
      const { backup, item = '', bytesRead, requests } = await itemOf(second, n);
      expect(normal(JSON.parse(item) as SdkItem)).toBe(now.get(keyOf(nthKey(shape, n))));
      expect(backup).toEqual(second);
      expect(bytesRead).toBeGreaterThan(0);
      // One request for the manifest, two for a base run, two for a delta run.
      expect(requests).toBeLessThanOrEqual(1 + 2 + 2);
    }
    expect((await itemOf(second, 0)).item).toBeUndefined();
    expect((await itemOf(first, 101)).item).toBeUndefined();
    expect((await itemOf(first, 0)).item).toBeDefined();
    expect((await itemOf(first, 4)).item).not.toBe((await itemOf(second, 4)).item);
  });

  it('throws Validation for a key that is not the table’s', async () => {
    const reading = harness.operations.getBackupItem({
      backup: keyOfBackup(first),
      key: { pk: { S: 'a' } },
    });
    await expect(reading).rejects.toEqual(code('Validation'));
  });

  it('throws SnapshotCorrupt for a damaged backup', async () => {
    const { first } = await createPair();
    await damage(first);
    await expect(itemOf(first, 1)).rejects.toEqual(code('SnapshotCorrupt'));
  });
});

/** Changes bytes of all runs that a backup refers to. */
async function damage(of: BackupRecord): Promise<void> {
  const { manifest } = await readManifest(harness.store, of.table.tableId, of.id);
  for (const key of new Set(manifest.runs.map((run) => run.key))) {
    const bytes = Buffer.from(await harness.store.get(key));
    for (let at = 0; at < bytes.length; at += 10) bytes[at] = (bytes[at] ?? 0) ^ 1;
    await harness.store.put(key, bytes);
  }
}

describe('compareBackups', () => {
  it('returns what was added, changed and removed from one backup to the other', async () => {
    const { table, second } = await createPair();
    const before = await readTableContent(database.dynamodb, table);
    await changeItems(database, table);
    const third = await backup(table);
    const expected = compareMaps(before, await readTableContent(database.dynamodb, table));
    expect(expected.length).toBeGreaterThan(3);
    const pages = await compare(1000, second, third);
    expect(toSortedChanges(pages)).toEqual(expected);
    expectProgress(pages);
  });

  it('returns the same differences in pages of one difference and in pages that end when their time is used up', async () => {
    const all = toSortedChanges(await compare());
    expect(all).toHaveLength(3 + 3 + 1);
    const pages = await compare(1);
    expect(toSortedChanges(pages)).toEqual(all);
    expectProgress(pages);
    for (const { differences, counts, from, to } of pages) {
      expect(differences.length).toBeLessThanOrEqual(1);
      expect(counts.added + counts.changed + counts.removed).toBe(differences.length);
      expect([from, to]).toEqual([first, second]);
    }
    const patient = harness.restart({ config: { limits: smallLimits, readBudgetMs: 60_000 } });
    const page = await patient.operations.compareBackups({
      from: keyOfBackup(second),
      to: keyOfBackup(first),
    });
    expect(page).toMatchObject({ counts: { added: 1, changed: 3, removed: 3 }, progress: 1 });
    expect(page).not.toHaveProperty('next');
  });

  it('reads only the manifests to compare a backup with itself', async () => {
    const [page] = await compare(1000, second, second);
    expect(page).toMatchObject({ counts: { added: 0, changed: 0, removed: 0 }, requests: 2 });
  });

  it('rejects a token of other backups, and any other text', async () => {
    const input = { from: keyOfBackup(first), to: keyOfBackup(second), limit: 1 };
    const { next = '' } = await harness.operations.compareBackups(input);
    expect(next).toMatch(/^[0-9a-f]{48}$/);
    const reversed = { from: input.to, to: input.from, next };
    await expect(harness.operations.compareBackups(reversed)).rejects.toEqual(code('Validation'));
    for (const garbage of ['', 'garbage', next.slice(1), `${next}0`, next.toUpperCase(), '0'.repeat(48)]) {
      const page = harness.operations.compareBackups({ ...input, next: garbage });
      await expect(page).rejects.toEqual(code('Validation'));
    }
  });

  it('rejects backups of tables with different keys, and a limit out of range', async () => {
    const other = `${table}-other`;
    await createTable(database.dynamodb, other, { hash: 'S', range: undefined });
    const of = { from: keyOfBackup(first), to: keyOfBackup(await backup(other)) };
    await expect(harness.operations.compareBackups(of)).rejects.toEqual(code('Validation'));
    for (const limit of [0, -1, 1.5, 1001, NaN]) {
      const page = harness.operations.compareBackups({ ...of, to: of.from, limit });
      await expect(page).rejects.toEqual(code('Validation'));
    }
  });

  it('returns pages even if all keys have one hash', async () => {
    vi.spyOn(keyHash, 'createKeyHash').mockReturnValue(() => 7n);
    const { first, second } = await createPair();
    const all = toSortedChanges(await compare(1000, first, second));
    expect(all).toHaveLength(3 + 3 + 1);
    const pages = await compare(2, first, second);
    const sizes = pages.map(({ differences }) => differences.length);
    expect(sizes.filter((size) => size > 0)).toEqual([2, 2, 2, 1]);
    expect(toSortedChanges(pages)).toEqual(all);
  });

  it('throws for backups that were made with different hash keys', async () => {
    const rotated = harness.restart({ config: onePageEach, secret: createSecret(Buffer.from('another')) });
    const other = await backup(await createFilledTable(database), rotated);
    for (const [from, to] of [
      [first, other],
      [other, first],
    ] as const) {
      const input = { from: keyOfBackup(from), to: keyOfBackup(to) };
      const message = expect.stringMatching(/were made with different secrets.*new backup of each table/);
      const refusal = expect.objectContaining({ code: 'Validation', message });
      await expect(harness.operations.compareBackups(input)).rejects.toEqual(refusal);
    }
    // A table's next backup has the hash key of the first one, whose runs it shares.
    await changeItems(database, first.table.name);
    const next = await backup(first.table.name, rotated);
    expect(toSortedChanges(await compare(1000, second, next)).length).toBeGreaterThan(0);
  });

  it('throws BackupNotFound when one of the backups is deleted between two pages', async () => {
    const { first, second } = await createPair();
    const input = { from: keyOfBackup(first), to: keyOfBackup(second), limit: 1 };
    const { next = '' } = await harness.operations.compareBackups(input);
    await harness.operations.deleteBackup(input.from);
    const page = harness.operations.compareBackups({ ...input, next });
    await expect(page).rejects.toEqual(code('BackupNotFound'));
  });
});

describe('verifyBackup', () => {
  it('finds no problem in a sound backup, partition by partition', async () => {
    const pages = await verify();
    expectProgress(pages);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.map(({ problemCount, problems }) => [problemCount, problems])).toEqual(
      pages.map(() => [0, []]),
    );
    const items = pages.reduce((sum, page) => sum + page.items, 0);
    expect(items).toBe(second.figures?.items);
    for (const { share, frames, requests, backup } of pages) {
      expect([share, backup]).toEqual([1, second]);
      expect(frames).toBeGreaterThan(0);
      expect(requests).toBeGreaterThan(frames / 2);
    }
  });

  it('reads only the requested share of the frames', async () => {
    const frames = (pages: readonly VerificationPage[]) => pages.reduce((sum, page) => sum + page.frames, 0);
    const sampled = await verify(0.000_1);
    expectProgress(sampled);
    expect(frames(sampled)).toBeLessThan(frames(await verify()));
    for (const share of [0, -1, 1.1, NaN]) await expect(verify(share)).rejects.toEqual(code('Validation'));
  });

  it('reports damage as problems', async () => {
    const { second } = await createPair();
    await damage(second);
    const [page] = await verify(1, second);
    expect(page?.problemCount).toBeGreaterThan(0);
    expect(page?.problems[0]).toMatchObject({ object: expect.stringContaining('/runs/') as string });
  });

  it('reports a manifest that is not the committed one as a problem, on any page', async () => {
    const { first, second } = await createPair();
    const manifest = `tables/${first.table.tableId}/snapshots/${second.id}/manifest.json.zst`;
    const other = `tables/${first.table.tableId}/snapshots/${first.id}/manifest.json.zst`;
    const { next = '' } = await harness.operations.verifyBackup({ backup: keyOfBackup(second) });
    await harness.store.put(manifest, await harness.store.get(other));
    for (const place of [{}, { next }]) {
      const page = await harness.operations.verifyBackup({ backup: keyOfBackup(second), ...place });
      expect(page).toMatchObject({ problemCount: 1, problems: [{ object: manifest }], progress: 1 });
      expect(page).not.toHaveProperty('next');
    }
    await unlink(join(harness.folder, manifest));
    expect(await verify(1, second)).toMatchObject([{ problemCount: 1, problems: [{ object: manifest }] }]);
  });

  it('rejects a token of another backup or share', async () => {
    const { next = '' } = await harness.operations.verifyBackup({ backup: keyOfBackup(second) });
    for (const other of [{ backup: keyOfBackup(first) }, { backup: keyOfBackup(second), share: 0.5 }]) {
      const page = harness.operations.verifyBackup({ ...other, next });
      await expect(page).rejects.toEqual(code('Validation'));
    }
  });
});

const operations = ['item', 'compare', 'verify'] as const;

function read(name: (typeof operations)[number], of: BackupRecord, from = harness): Promise<unknown> {
  const backup = keyOfBackup(of);
  if (name === 'item') return itemOf(of, 1, from);
  if (name === 'verify') return from.operations.verifyBackup({ backup });
  return from.operations.compareBackups({ from: keyOfBackup(second), to: backup });
}

describe.each(operations)('%s of a backup', (name) => {
  /** Requests a backup whose execution does not start. */
  async function createWaiting(): Promise<BackupRecord> {
    const idle = harness.restart({ config: onePageEach });
    idle.executions.stop();
    return idle.operations.createBackup({ table: await createFilledTable(database, 0), name: 'waiting' });
  }

  it('throws BackupInUse while the backup is being created', async () => {
    const made = await createWaiting();
    const message = `Backup is being created: ${made.arn}`;
    await expect(read(name, made)).rejects.toEqual(expect.objectContaining({ code: 'BackupInUse', message }));
  });

  it('throws BackupNotFound with the reason if the backup failed', async () => {
    const made = await createWaiting();
    const claim = { table: made.table.name, backup: made.id, execution: made.id };
    await harness.services.catalog.turns.take(claim);
    await harness.services.catalog.turns.fail(claim, 'a reason');
    const message = expect.stringContaining('a reason') as string;
    await expect(read(name, made)).rejects.toEqual(
      expect.objectContaining({ code: 'BackupNotFound', message }),
    );
  });

  it('throws BackupNotFound if there is no such backup', async () => {
    const unknown = { ...first, id: parseBackupId('00000000000001-00000000') };
    await expect(read(name, unknown)).rejects.toEqual(code('BackupNotFound'));
  });

  it('throws BackupNotFound if the backup is deleted and swept while it is read', async () => {
    const { first } = await createPair();
    let deletion: Promise<unknown> | undefined;
    const sweptDuringRead: NonNullable<HarnessOptions['store']> = (store) => ({
      ...store,
      async getRange(key) {
        deletion ??= harness.operations.deleteBackup(keyOfBackup(first));
        await deletion;
        return store.get(`${key}-swept`);
      },
    });
    const reader = harness.restart({ config: onePageEach, store: sweptDuringRead });
    await expect(read(name, first, reader)).rejects.toEqual(code('BackupNotFound'));
    expect(deletion).toBeDefined();
  });
});
