import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lambda/runtime/clock.ts';
import type { StreamCut } from '../../lambda/snapshot/format/manifest.ts';
import { fromStart, type StreamRecord } from '../../lambda/tables/stream.ts';
import {
  type CutRules,
  cutOf,
  type Lane,
  createLane,
  findLanesAround,
  readLanes,
} from '../../lambda/sources/stream-cut.ts';
import {
  type Script,
  scripts,
  SimulatedTable,
  toSequenceNumber,
} from '../support/sources/simulated-stream.ts';
import { ShardList } from '../../lambda/tables/shard-list.ts';
import { scaleRuns } from '../support/scale.ts';

const emptyPages = 3;

interface Taken {
  readonly record: StreamRecord;
  readonly isPastCut: boolean;
}

interface Reading {
  readonly cut: StreamCut;
  readonly taken: readonly Taken[];
  /** How many calls of `readLanes` the reading took. */
  readonly parts: number;
}

/** Reads from a cut up to the marker, in as many parts as `isOverdue` makes; stores lanes as JSON between parts. */
async function readToCut(
  table: SimulatedTable,
  from: StreamCut,
  rules: Pick<CutRules, 'markerSecond' | 'until'>,
  isOverdue: () => boolean = () => false,
): Promise<Reading> {
  const clock: Clock = { now: () => table.now, sleep: () => Promise.resolve() };
  const taken: Taken[] = [];
  let lanes: Lane[] = Object.entries(from.shards).map(([shard, position]) => createLane(shard, position));
  let parts = 0;
  for (let done = false; !done; parts++) {
    if (parts > 2000) throw new Error('the reading does not end');
    done = await readLanes(
      { streams: table.client, clock },
      lanes,
      { ...rules, shards: new ShardList(table.client, from.stream), emptyPages },
      { isOverdue, take: async (record, isPastCut) => void taken.push({ record, isPastCut }) },
    );
    lanes = JSON.parse(JSON.stringify(lanes)) as Lane[];
  }
  return { cut: { stream: from.stream, shards: cutOf(lanes) }, taken, parts };
}

function startOf({ streams }: SimulatedTable): StreamCut {
  const stream = streams[0];
  const roots = stream?.shards.filter((shard) => shard.parent === undefined) ?? [];
  return {
    stream: String(stream?.arn),
    shards: Object.fromEntries(roots.map(({ id }) => [id, fromStart])),
  };
}

/** Applies records to content; each record's old image must be the image that the record before it left. */
function applyRecords(content: ReadonlyMap<number, number>, taken: readonly Taken[]): Map<number, number> {
  const result = new Map(content);
  const bySequence = taken.toSorted((a, b) =>
    BigInt(a.record.sequence) < BigInt(b.record.sequence) ? -1 : 1,
  );
  for (const { record } of bySequence) {
    const key = Number(record.keys['pk']?.S?.slice(1));
    const value = (image: StreamRecord['newImage']) => image && Number(image['value']?.N);
    expect(value(record.oldImage)).toBe(result.get(key));
    const after = value(record.newImage);
    if (after === undefined) result.delete(key);
    else result.set(key, after);
  }
  return result;
}

/** Expects that the cut includes every write up to the marker and no record of a later second. */
function expectCutAt(table: SimulatedTable, cut: StreamCut, marker: number): void {
  const before = table.history.filter((write) => table.isBefore(write, cut));
  expect(before).toEqual(expect.arrayContaining(table.history.filter((write) => write.at <= marker)));
  expect(before.filter((write) => write.second > Math.floor(marker / 1000))).toEqual([]);
}

/** Plays the script. At each of its backups, reads from the last cut on, while the backup's own actions happen. */
async function playDeltas(
  { options, steps }: Script,
  onBackup: (table: SimulatedTable, reading: Reading, marker: number) => void,
): Promise<void> {
  const table = new SimulatedTable(options);
  let cut = startOf(table);
  for (const step of steps) {
    if (step.do !== 'backup') {
      table.play(step);
      continue;
    }
    const marker = table.now;
    const during = [...step.during];
    table.meanwhile = () => {
      const action = during.shift();
      if (action !== undefined) table.play(action);
    };
    const reading = await readToCut(table, cut, {
      markerSecond: Math.floor(marker / 1000),
      until: 0,
    });
    table.meanwhile = () => {};
    onBackup(table, reading, marker);
    cut = reading.cut;
  }
}

describe('readLanes from one cut to the next', () => {
  it('reads each record up to the marker once, and no record of a later second', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), async (script) => {
        let content = new Map<number, number>();
        await playDeltas(script, (table, { cut, taken }, marker) => {
          expect(taken.every(({ isPastCut }) => !isPastCut)).toBe(true);
          content = applyRecords(content, taken);
          expect(content).toEqual(table.contentAt(cut));
          expectCutAt(table, cut, marker);
        });
      }),
      { numRuns: scaleRuns(100) },
    );
  });
});

/** Plays the whole script, without its backups, and returns its table. */
function play({ options, steps }: Script): SimulatedTable {
  const table = new SimulatedTable(options);
  for (const step of steps) if (step.do !== 'backup') table.play(step);
  return table;
}

/** Returns a second of the table's life, at the share `part` (0 to 1) of it. */
function secondIn(table: SimulatedTable, part: number): number {
  const begin = table.streams[0]?.createdAt ?? 0;
  return Math.floor((begin + part * (table.now - begin)) / 1000);
}

const part = fc.double({ min: 0, max: 1, noNaN: true });
const never = 10 ** 11;

describe('readLanes if its time is used up', () => {
  it('continues from lanes that were stored as JSON, with the same result as in one part', async () => {
    await fc.assert(
      fc.asyncProperty(
        scripts(emptyPages - 1),
        part,
        fc.constantFrom(-never, 0, 2, never),
        fc.infiniteStream(fc.boolean()),
        async (script, at, more, interruptions) => {
          const whole = play(script);
          const markerSecond = secondIn(whole, at);
          const rules = { markerSecond, until: markerSecond + more };
          const expected = await readToCut(whole, startOf(whole), rules);
          const parted = play(script);
          const result = await readToCut(parted, startOf(parted), rules, () => interruptions.next().value);
          expect({ ...result, parts: 1 }).toEqual(expected);
        },
      ),
      { numRuns: scaleRuns(50) },
    );
  });

  it('makes progress in every part, even if no part has any time', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), part, async (script, at) => {
        const table = play(script);
        const rules = { markerSecond: secondIn(table, at), until: never };
        const { taken, parts } = await readToCut(table, startOf(table), rules, () => true);
        const splits = table.streams.flatMap((stream) => stream.shards).length;
        expect(parts).toBeLessThanOrEqual(taken.length + 5 * splits);
      }),
      { numRuns: scaleRuns(25) },
    );
  });
});

describe('readLanes past the cut', () => {
  it('reads every record up to the requested second and marks it as past the cut', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), part, async (script, at) => {
        const table = play(script);
        const rules = { markerSecond: secondIn(table, at), until: never };
        const { cut, taken } = await readToCut(table, startOf(table), rules);
        const written = table.history.filter((write) => write.place !== undefined);
        const expected = written.map((write) => [
          toSequenceNumber(write.place?.sequence ?? 0n),
          !table.isBefore(write, cut),
        ]);
        expect(bySequence(taken.map(({ record, isPastCut }) => [record.sequence, isPastCut]))).toEqual(
          expected,
        );
      }),
      { numRuns: scaleRuns(50) },
    );
  });

  it('reads no record of a later second than the requested one', async () => {
    const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 2, seed: 1 });
    const begin = secondIn(table, 0);
    for (let n = 0; n < 6; n++) {
      table.write(0);
      table.split(0, 1);
      table.now += 1000;
    }
    const { cut, taken } = await readToCut(table, startOf(table), {
      markerSecond: begin + 1,
      until: begin + 3,
    });
    expect(taken.map(({ record, isPastCut }) => [record.second - begin, isPastCut])).toEqual([
      [0, false],
      [1, false],
      [2, true],
      [3, true],
    ]);
    expect(table.contentAt(cut)).toEqual(new Map([[0, 1]]));
  });

  it('reads nothing if no second past the cut is requested', async () => {
    const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
    table.write(0);
    table.now += 5000;
    table.write(0);
    table.split(0, 2);
    table.write(0);
    const second = secondIn(table, 0);
    const { taken } = await readToCut(table, startOf(table), { markerSecond: second, until: 0 });
    expect(taken.map(({ record }) => record.newImage?.['value'])).toEqual([{ N: '0' }]);
  });
});

function bySequence<T extends readonly [string, unknown]>(records: T[]): T[] {
  return records.toSorted(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
}

describe('findLanesAround without a cut to begin at', () => {
  it('finds lanes that lead to every record of a later second, and to none twice', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), part, async (script, at) => {
        const table = play(script);
        const second = secondIn(table, at);
        const stream = String(table.stream?.arn);
        const lanes = await findLanesAround(table.client, new ShardList(table.client, stream), second);
        const shards = Object.fromEntries(lanes.map(({ shard, cut }) => [shard, cut]));
        const { taken } = await readToCut(table, { stream, shards }, { markerSecond: never, until: never });
        const sequences = taken.map(({ record }) => record.sequence);
        expect(new Set(sequences).size).toBe(sequences.length);
        // The times of records are up to a second late, so a child may seem to begin a second before its parent's end.
        const later = table.history.filter((write) => write.place !== undefined && write.second > second + 1);
        expect(
          later.filter((write) => !sequences.includes(toSequenceNumber(write.place?.sequence ?? 0n))),
        ).toEqual([]);
      }),
      { numRuns: scaleRuns(50) },
    );
  });

  it('leaves out shards that ended long before', async () => {
    const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.split(0, 1);
    table.split(0, 1);
    table.now += 60_000;
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.now += 60_000;
    const lanes = await findLanesAround(
      table.client,
      new ShardList(table.client, String(table.stream?.arn)),
      secondIn(table, 1),
    );
    const open = table.stream?.shards.filter(({ closedAt }) => closedAt === undefined) ?? [];
    expect(lanes.map(({ shard }) => shard)).toEqual(open.map(({ id }) => id));
  });
});

describe('a closed shard without children', () => {
  const options = { emptyPages: 0, recordsPerPage: 10, seed: 1 };
  const all = { markerSecond: never, until: 0 };

  it('keeps its place in the cut if the stream was disabled', async () => {
    const table = new SimulatedTable(options);
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.switchOff();
    const { cut } = await readToCut(table, startOf(table), all);
    expect(table.contentAt(cut)).toEqual(table.content);
    const next = await readToCut(table, cut, all);
    expect(next.cut).toEqual(cut);
    expect(next.taken).toEqual([]);
  });

  it('is replaced by children that are listed later, while the stream is enabled', async () => {
    const table = new SimulatedTable(options);
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.split(0, 2, 3);
    for (const key of [0, 1, 2, 3]) table.write(key);
    const { cut, parts } = await readToCut(table, startOf(table), all, () => true);
    expect(parts).toBeGreaterThan(4);
    expect(table.contentAt(cut)).toEqual(table.content);
  });
});
