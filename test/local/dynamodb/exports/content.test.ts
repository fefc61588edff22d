import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSdk } from '../../../../lambda/item/from-sdk.ts';
import type { ObjectStore } from '../../../../lambda/storage/object-store.ts';
import type { EmbeddedExports } from '../../../../local/dynamodb/exports/embedded-exports.ts';
import { useDatabase } from '../../../support/database.ts';
import {
  attributes,
  readTableContent,
  deleteItem,
  keyOf,
  normal,
  nthKey,
  putItem,
  type SdkItem,
  type Shape,
  shapes,
} from '../../../support/tables.ts';
import { Writer } from '../../../support/writer.ts';
import { beginSecond, runExport, readExport, linesOf, normalImage, setUp, tableOf } from './support.ts';
import { scaleRuns } from '../../../support/scale.ts';

const database = useDatabase();

const shape: Shape = { hash: 'S', range: undefined };

/** One key for each kind of history: changes in the seconds before, in and after a window of one second. */
async function fates() {
  const { exports, store } = await setUp(database);
  const table = await tableOf(database, shape);
  const put = (key: string, text: string) =>
    putItem(database.dynamodb, table.name, { pk: { S: key }, text: { S: text } });
  const remove = (key: string) => deleteItem(database.dynamodb, table.name, { pk: { S: key } });
  for (const key of ['kept', 'changed', 'gone', 'came back', 'changed later']) await put(key, 'old');
  const from = beginSecond(database);
  await put('changed', 'between');
  await put('changed', 'new');
  await put('new', 'new');
  await remove('gone');
  await remove('came back');
  await put('came back', 'new');
  await put('passing', 'new');
  await remove('passing');
  const to = beginSecond(database);
  await put('changed later', 'later');
  await put('changed', 'later');
  await remove('new');
  return { exports, store, table, from, to };
}

const at = (second: number) => new Date(second * 1000);

async function increment(
  { exports, store, table }: { exports: EmbeddedExports; store: ObjectStore; table: { arn: string } },
  from: number,
  to: number,
  ExportViewType?: 'NEW_IMAGE',
) {
  const description = await runExport(exports, {
    TableArn: table.arn,
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification: {
      ExportFromTime: at(from),
      ExportToTime: at(to),
      ...(ExportViewType && { ExportViewType }),
    },
  });
  return linesOf(store, description);
}

const image = (key: string, text: string) => ({ pk: { S: key }, text: { S: text } });

describe('a full export', () => {
  it('contains the table as it was before the export’s second, without later changes', async () => {
    const { exports, store, table, from, to } = await fates();
    const texts = async (second: number) => {
      const description = await runExport(exports, { TableArn: table.arn, ExportTime: at(second) });
      const lines = await linesOf(store, description);
      const items = lines.map(({ Item }) => toSdk(Item ?? {}));
      return Object.fromEntries(items.map(({ pk, text }) => [pk?.S, text?.S]));
    };
    expect(await texts(from)).toEqual({
      kept: 'old',
      changed: 'old',
      gone: 'old',
      'came back': 'old',
      'changed later': 'old',
    });
    expect(await texts(to)).toEqual({
      kept: 'old',
      changed: 'new',
      new: 'new',
      'came back': 'new',
      'changed later': 'old',
    });
  });

  it('contains every kind of item as it was stored', async () => {
    const { exports, store } = await setUp(database);
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(attributes, { maxLength: 8 }), async (shape, items) => {
        const table = await tableOf(database, shape);
        for (const [n, item] of items.entries()) {
          await putItem(database.dynamodb, table.name, { ...item, ...nthKey(shape, n) });
        }
        const description = await runExport(exports, { TableArn: table.arn });
        expect(await readExport(store, description)).toEqual(
          await readTableContent(database.dynamodb, table.name),
        );
      }),
      { numRuns: scaleRuns(4) },
    );
  });
});

describe('an incremental export', () => {
  it('has one record for each changed key, and none for an item that was created and deleted in the window', async () => {
    const set = await fates();
    const lines = await increment(set, set.from, set.to);
    const records = Object.fromEntries(
      lines.map(({ Keys, ...record }) => [toSdk(Keys ?? {})['pk']?.S, record]),
    );
    const Metadata = { WriteTimestampMicros: { N: expect.stringMatching(/^\d{16}$/) as string } };
    expect(records).toEqual({
      changed: { Metadata, OldImage: image('changed', 'old'), NewImage: image('changed', 'new') },
      new: { Metadata, NewImage: image('new', 'new') },
      gone: { Metadata, OldImage: image('gone', 'old') },
      'came back': { Metadata, OldImage: image('came back', 'old'), NewImage: image('came back', 'new') },
    });
    for (const line of lines) {
      const second = Number(line.Metadata?.WriteTimestampMicros.N) / 1_000_000;
      expect([second >= set.from, second < set.to]).toEqual([true, true]);
    }
  });

  it('leaves out the old images if the request says so', async () => {
    const set = await fates();
    const lines = await increment(set, set.from, set.to, 'NEW_IMAGE');
    expect(lines).toHaveLength(4);
    expect(lines.filter((line) => line.OldImage !== undefined)).toEqual([]);
    expect(lines.filter((line) => line.NewImage !== undefined)).toHaveLength(3);
  });
});

const writes = fc.array(
  fc.record({ n: fc.nat(11), text: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }) }),
  { minLength: 20, maxLength: 200 },
);

/** Writes repeatedly, each writer its own keys, until this many more seconds have begun: about 40 writes a second. */
async function writeFor(seconds: number, writers: readonly Writer[], shape: Shape, ops: readonly Op[]) {
  const { clock } = database;
  const end = Math.floor(clock.now() / 1000) + seconds;
  await Promise.all(
    writers.map(async (writer, i) => {
      for (let n = 0; clock.now() / 1000 < end; n++) {
        const op = ops[(n + i) % ops.length];
        if (op === undefined) continue;
        const item: SdkItem | undefined = op.text === undefined ? undefined : { text: { S: op.text } };
        await writer.write({ key: nthKey(shape, 2 * op.n + i), item: item && { ...item, n: { N: `${n}` } } });
        clock.advance(25);
      }
    }),
  );
}

interface Op {
  readonly n: number;
  readonly text: string | undefined;
}

it('exports of every second and every window contain what the writers wrote', async () => {
  const { exports, store } = await setUp(database);
  await fc.assert(
    fc.asyncProperty(shapes, writes, async (shape, ops) => {
      const table = await tableOf(database, shape);
      const writers = [new Writer(database, table.name), new Writer(database, table.name)];
      const first = Math.floor(database.clock.now() / 1000);
      const contentAt = async (second: number) => {
        const description = await runExport(exports, { TableArn: table.arn, ExportTime: at(second) });
        const content = await readExport(store, description);
        expect(writers.map((writer) => writer.explains(content, second * 1000))).toEqual([true, true]);
        return content;
      };
      await writeFor(2, writers, shape, ops);
      // The scan overlaps with later writes.
      const during = contentAt(first + 2);
      await writeFor(2, writers, shape, ops);
      expect(await during).toEqual(await contentAt(first + 2));
      const contents = [];
      for (let second = first; second < first + 5; second++) contents.push(await contentAt(second));
      for (const [i, before] of contents.entries()) {
        for (const [j, after] of contents.entries()) {
          if (j <= i) continue;
          const lines = await increment({ exports, store, table }, first + i, first + j);
          expect(applyChanges(before, lines)).toEqual(after);
        }
      }
    }),
    // A run takes seconds, so a failing one is not shrunk.
    { numRuns: scaleRuns(1), endOnFailure: true },
  );
});

/** Applies the changes to the content; each change must start from the content before it. */
function applyChanges(
  before: ReadonlyMap<string, string>,
  lines: Awaited<ReturnType<typeof linesOf>>,
): Map<string, string> {
  const content = new Map(before);
  const seen = new Set<string>();
  for (const { Keys = {}, OldImage, NewImage } of lines) {
    const key = keyOf(toSdk(Keys));
    expect(seen.has(key)).toBe(false);
    seen.add(key);
    expect(normal(toSdk(Keys))).toBe(key);
    expect(OldImage && normalImage(OldImage)).toBe(before.get(key));
    if (NewImage === undefined) content.delete(key);
    else content.set(key, normalImage(NewImage));
  }
  return content;
}
