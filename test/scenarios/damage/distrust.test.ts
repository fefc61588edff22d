import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  type DynamoDBStreamsClient,
  type GetRecordsCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openManifestStaging } from '../../../lambda/jobs/staging.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { type Limits } from '../../../lambda/snapshot/format/limits.ts';
import { type Manifest, readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { type TestDatabase, useDatabase } from '../../support/database.ts';
import {
  backUp,
  changeItems,
  expectNothingHeld,
  createFilledTable,
  putItems,
  restore,
  shape,
} from '../../support/fixture.ts';
import { type Harness, type HarnessOptions, startHarness, testLimits } from '../../support/harness.ts';
import { testSecret } from '../../support/secret.ts';
import { readTableContent, deleteItem, nthKey } from '../../support/tables.ts';

const database = useDatabase();

/** Creates a table of 20 items and its base; only a full backup folds. */
async function createBase(options: HarnessOptions & { limits?: Partial<Limits>; from?: TestDatabase } = {}) {
  const { limits, from = database, ...others } = options;
  const config = { limits: { ...testLimits, foldShare: 1000, ...limits } };
  const harness = await startHarness(from, { ...others, config });
  onTestFinished(() => harness.close());
  const table = await createFilledTable(database);
  const base = await backUp(harness, table);
  return { harness, table, base };
}

async function manifestOf(harness: Harness, { table, id }: BackupRecord): Promise<Manifest> {
  return (await readManifest(harness.store, table.tableId, id)).manifest;
}

/** Expects the backup to be a new base without a parent, and to restore the table's content. */
async function expectNewBase(harness: Harness, made: BackupRecord): Promise<void> {
  const content = await readTableContent(database.dynamodb, made.table.name);
  expect([made.status, made.reason]).toEqual(['AVAILABLE', undefined]);
  expect([made.kind, made.source, made.parent]).toEqual(['full', 'scan', undefined]);
  expect(await restore(database, harness, made)).toEqual(content);
  await expectNothingHeld(harness, made.table.name);
}

async function flipByte(file: string, at: (length: number) => number): Promise<void> {
  const bytes = await readFile(file);
  const place = at(bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 0x10;
  await writeFile(file, bytes);
}

const damages: [string, (file: string) => Promise<void>][] = [
  ['a byte of its first frame was changed', (file) => flipByte(file, () => 20)],
  ['a byte of its index was changed', (file) => flipByte(file, (length) => length - 20)],
  ['it is empty', (file) => writeFile(file, '')],
  ['it is gone', (file) => rm(file)],
];

describe('a damaged run of the parent', () => {
  it.each(damages)('leads to a new base at the fold, if it is a base run and %s', async (_name, damage) => {
    const { harness, table, base } = await createBase();
    const [run] = (await manifestOf(harness, base)).runs;
    await damage(join(harness.folder, String(run?.key)));
    await changeItems(database, table);
    await expectNewBase(harness, await backUp(harness, table, 'full'));
  });

  it.each(damages)('leads to a new base at the merge, if it is a delta run and %s', async (_name, damage) => {
    const { harness, table } = await createBase({ limits: { maxRuns: 2 } });
    await changeItems(database, table);
    const first = await backUp(harness, table);
    const run = (await manifestOf(harness, first)).runs.find(({ kind }) => kind === 'delta');
    await damage(join(harness.folder, String(run?.key)));
    await putItems(database, table, 200, 202);
    await expectNewBase(harness, await backUp(harness, table));
  });
});

describe('a parent whose manifest claims wrong figures', () => {
  /** Makes each base announce and store a manifest with wrong figures. */
  const altering =
    (alter: (manifest: Manifest) => object) =>
    (store: ObjectStore): ObjectStore => ({
      ...store,
      async put(key, body, options) {
        if (!key.endsWith('/manifest.json.zst')) return store.put(key, body, options);
        const manifest = JSON.parse(zstdDecompressSync(body).toString()) as Manifest;
        if (manifest.parent !== null) return store.put(key, body, options);
        const bytes = zstdCompressSync(JSON.stringify(alter(manifest)));
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const staging = openManifestStaging({ store, secret: testSecret }, manifest.id);
        await staging.publishOnce(`${sha256}.json`, async () => ({}));
        return store.put(key, bytes, options);
      },
    });

  it.each<[string, (manifest: Manifest) => object]>([
    [
      'a digest',
      (m) => ({ ...m, partitions: m.partitions.map((one) => ({ ...one, digest: '1'.repeat(32) })) }),
    ],
    [
      'a number of items',
      (m) => ({ ...m, partitions: m.partitions.map((one) => ({ ...one, items: one.items + 1 })) }),
    ],
  ])('leads to a new base at the next fold, if it is %s', async (_name, alter) => {
    let lying = true;
    const { harness, table } = await createBase({
      store: (store) => {
        const altered = altering(alter)(store);
        return { ...store, put: (...given) => (lying ? altered : store).put(...given) };
      },
    });
    lying = false;
    await changeItems(database, table);
    const increment = await backUp(harness, table);
    expect([increment.status, increment.kind]).toEqual(['AVAILABLE', 'incremental']);
    await changeItems(database, table);
    await expectNewBase(harness, await backUp(harness, table, 'full'));
  });
});

describe('a stream with wrong old images', () => {
  /** Returns the database with a stream whose records are changed. */
  function withAltered(alter: (record: _Record) => _Record): TestDatabase {
    const client: Pick<DynamoDBStreamsClient, 'send'> = {
      async send(command: object): Promise<object> {
        const answer: object = await database.streams.send(command as GetRecordsCommand);
        const { Records } = answer as { Records?: _Record[] };
        return Records === undefined ? answer : { ...answer, Records: Records.map(alter) };
      },
    };
    return { ...database, streams: client as DynamoDBStreamsClient };
  }

  it('leads to a new base at the next fold', async () => {
    const from = withAltered((record) =>
      record.dynamodb?.OldImage === undefined
        ? record
        : {
            ...record,
            dynamodb: { ...record.dynamodb, OldImage: { ...record.dynamodb.OldImage, value: { S: 'lie' } } },
          },
    );
    const { harness, table } = await createBase({ from });
    await changeItems(database, table);
    const increment = await backUp(harness, table);
    expect([increment.status, increment.kind]).toEqual(['AVAILABLE', 'incremental']);
    await putItems(database, table, 300, 301);
    await expectNewBase(harness, await backUp(harness, table, 'full'));
  });

  it('leads to a new base at once if the changes remove more items than there were', async () => {
    const from = withAltered((record) =>
      record.eventName === 'INSERT'
        ? {
            ...record,
            eventName: 'MODIFY',
            dynamodb: { ...record.dynamodb, OldImage: { ...record.dynamodb?.NewImage, value: { S: 'lie' } } },
          }
        : record,
    );
    const { harness, table } = await createBase({ from });
    await putItems(database, table, 100, 103);
    for (let n = 100; n < 103; n++) await deleteItem(database.dynamodb, table, nthKey(shape, n));
    for (let n = 0; n < 20; n++) await deleteItem(database.dynamodb, table, nthKey(shape, n));
    await expectNewBase(harness, await backUp(harness, table));
  });
});
