import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DataFile,
  type Edits,
  goldenChange,
  type GoldenExport,
  goldenItem,
  type Json,
  textOf,
  writeExport,
} from '../../sources/export/golden.ts';
import { type Arrived, digestOf, ingest, type Net, sink } from '../../sources/export/ingest.ts';

const hour = 3_600_000;
const start = 1_700_000_000_000;

function createExport(golden: Partial<GoldenExport>, edits?: Edits): Arrived {
  const whole: GoldenExport = {
    id: '01700000000000-a1b2c3d4',
    prefix: `${sink}/staging/backup`,
    what: { time: start },
    files: [],
    checksum: '.checksum',
    ...golden,
  };
  return { golden: whole, export: writeExport(whole, edits) };
}

const keyText = (pk: number): string => `"pk":{"N":"${pk}"}`;
const image = (pk: number, version: number | undefined): string | undefined =>
  version === undefined ? undefined : textOf(goldenItem(pk, version));

function net(pk: number, before: number | undefined, after: number | undefined): [string, Net] {
  const old = image(pk, before);
  return [keyText(pk), { before: old === undefined ? undefined : digestOf(old), after: image(pk, after) }];
}

/** Distributes the records over files, some of which stay empty. */
function dealOut(records: readonly Json[], files: readonly number[]): DataFile[] {
  const places = files.length === 0 ? [0] : files;
  const dealt: Json[][] = Array.from({ length: Math.max(...places) + 2 }, () => []);
  for (const [i, record] of records.entries()) dealt[places[i % places.length] ?? 0]?.push(record);
  // The file of an empty partition has no lines, or no bytes at all.
  return [...dealt, { bytes: Buffer.alloc(0) }];
}

const anyPlaces = fc.array(fc.nat(8), { maxLength: 12 });
const anyChecksum = fc.constantFrom('.checksum', '.md5');
const anyKey = fc.nat(40);

describe('a full export', () => {
  it('is read exactly from many files, including empty ones, with either name of the checksum files', async () => {
    const anyItems = fc.uniqueArray(fc.tuple(anyKey, fc.nat(9)), { selector: ([pk]) => pk, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(anyItems, anyPlaces, anyChecksum, async (items, places, checksum) => {
        const records = items.map(([pk, version]) => ({ Item: goldenItem(pk, version) }));
        const read = await ingest([createExport({ files: dealOut(records, places), checksum })]);
        expect(read).toEqual(new Map(items.map(([pk, version]) => net(pk, undefined, version))));
      }),
      { numRuns: 60 },
    );
  });

  it('is read with the attributes that global tables once added to items', async () => {
    const read = await ingest([createExport({ files: [[{ Item: goldenItem(1, 3) }]] })]);
    expect(read.get(keyText(1))?.after).toContain('"aws:rep:updateregion":{"S":"eu-west-1"}');
  });

  it('is read although its manifests have unknown members', async () => {
    const extra = (members: Json): Json => ({
      ...members,
      extra: { of: ['any', 'kind'] },
      exportType: 'FULL_EXPORT',
    });
    const edits = { summary: extra, entry: extra };
    const read = await ingest([createExport({ files: [[{ Item: goldenItem(1, 3) }]] }, edits)]);
    expect(read).toEqual(new Map([net(1, undefined, 3)]));
  });
});

type State = ReadonlyMap<number, number>;

/** A window's write: an item's new version, or its deletion. */
const anyWrites = fc.array(fc.tuple(anyKey, fc.option(fc.nat(9), { nil: undefined })), { maxLength: 30 });

function after(before: State, writes: readonly (readonly [number, number | undefined])[]): State {
  const state = new Map(before);
  for (const [pk, version] of writes) {
    if (version === undefined) state.delete(pk);
    else state.set(pk, version);
  }
  return state;
}

/** Lists changes as DynamoDB does for a window: one for each written key, none for a key created and deleted in it. */
function listChanges(before: State, later: State, keys: Iterable<number>): Json[] {
  return [...new Set(keys)]
    .filter((pk) => before.has(pk) || later.has(pk))
    .map((pk) => goldenChange(pk, before.get(pk), later.get(pk)));
}

function windowExport(n: number, files: readonly DataFile[], edits?: Edits): Arrived {
  const what = { from: start + n * hour, to: start + (n + 1) * hour };
  return createExport({ id: `0170000000000${n}-a1b2c3d4`, what, files, checksum: '.md5' }, edits);
}

describe('incremental exports of consecutive windows', () => {
  it('are read as the net change of each key, without keys created and deleted in one window', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyWrites,
        fc.array(anyWrites, { maxLength: 4 }),
        anyPlaces,
        async (base, windows, places) => {
          const begin = after(new Map(), base);
          let state: State = begin;
          const reported = new Set<number>();
          const exports = windows.map((writes, n) => {
            const later = after(state, writes);
            const keys = writes.map(([pk]) => pk);
            for (const pk of keys) if (state.has(pk) || later.has(pk)) reported.add(pk);
            const records = listChanges(state, later, keys);
            state = later;
            return windowExport(n, dealOut(records, places));
          });
          const expected = [...reported].map((pk) => net(pk, begin.get(pk), state.get(pk)));
          expect(await ingest(exports)).toEqual(new Map(expected));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are read exactly if both windows report a write at their boundary', async () => {
    const both = [goldenChange(1, 0, 1), goldenChange(2, undefined, 1), goldenChange(3, 0, undefined)];
    const read = await ingest([windowExport(0, [both]), windowExport(1, [both])]);
    expect(read).toEqual(new Map([net(1, 0, 1), net(2, undefined, 1), net(3, 0, undefined)]));
  });

  it('are read although their records have unknown metadata', async () => {
    const record = { ...goldenChange(1, 0, 1), Metadata: { Extra: { S: 'x' }, ApplyOrder: { N: '7' } } };
    const read = await ingest([windowExport(0, [[record]]), windowExport(1, [[goldenChange(1, 1, 2)]])]);
    expect(read).toEqual(new Map([net(1, 0, 2)]));
  });
});
