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
import { type Script, scripts, SimulatedTable } from '../support/sources/simulated-stream.ts';

const emptyPages = 3;

interface Taken {
  readonly record: StreamRecord;
  readonly isPastCut: boolean;
}

interface Reading {
  readonly cut: StreamCut;
  readonly taken: readonly Taken[];
  /** How many calls of `readLanes` it took. */
  readonly parts: number;
}

/** Reads from a cut up to the marker, in as many parts as `overdue` wants, lanes kept as JSON in between. */
async function read(
  table: SimulatedTable,
  from: StreamCut,
  rules: Pick<CutRules, 'markerSecond' | 'until'>,
  overdue: () => boolean = () => false,
): Promise<Reading> {
  const clock: Clock = { now: () => table.now, sleep: () => Promise.resolve() };
  const taken: Taken[] = [];
  let lanes: Lane[] = Object.entries(from.shards).map(([shard, position]) => createLane(shard, position));
  let parts = 0;
  for (let done = false; !done; parts++) {
    if (parts > 2000) throw new Error('reading does not come to its end');
    done = await readLanes(
      { streams: table.client, clock },
      lanes,
      { ...rules, stream: from.stream, emptyPages },
      { overdue, take: async (record, isPastCut) => void taken.push({ record, isPastCut }) },
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

/** The content after the records; each must begin with what the one before it left. */
function applied(content: ReadonlyMap<number, number>, taken: readonly Taken[]): Map<number, number> {
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

/** The cut has every write up to the marker and no record of a later second. */
function expectCutAt(table: SimulatedTable, cut: StreamCut, marker: number): void {
  const before = table.history.filter((write) => table.isBefore(write, cut));
  expect(before).toEqual(expect.arrayContaining(table.history.filter((write) => write.at <= marker)));
  expect(before.filter((write) => write.second > Math.floor(marker / 1000))).toEqual([]);
}

/** Plays the script; at each of its backups reads on from the last cut, while the backup's own actions go on. */
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
    const reading = await read(table, cut, {
      markerSecond: Math.floor(marker / 1000),
      until: 0,
    });
    table.meanwhile = () => {};
    onBackup(table, reading, marker);
    cut = reading.cut;
  }
}

describe('from one cut to the next', () => {
  it('exactly what belongs is read: all up to the marker, nothing of a later second, nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), async (script) => {
        let content = new Map<number, number>();
        await playDeltas(script, (table, { cut, taken }, marker) => {
          expect(taken.every(({ isPastCut }) => !isPastCut)).toBe(true);
          content = applied(content, taken);
          expect(content).toEqual(table.contentAt(cut));
          expectCutAt(table, cut, marker);
        });
      }),
      { numRuns: 400 },
    );
  });
});

/** The script's table when all has happened, without its backups. */
function played({ options, steps }: Script): SimulatedTable {
  const table = new SimulatedTable(options);
  for (const step of steps) if (step.do !== 'backup') table.play(step);
  return table;
}

/** A second of the table's life, `part` of 1 after its begin. */
function secondIn(table: SimulatedTable, part: number): number {
  const begin = table.streams[0]?.createdAt ?? 0;
  return Math.floor((begin + part * (table.now - begin)) / 1000);
}

const part = fc.double({ min: 0, max: 1, noNaN: true });
const never = 10 ** 11;

describe('reading goes on from lanes that were kept as JSON', () => {
  it('with the same result, however often the time is used up', async () => {
    await fc.assert(
      fc.asyncProperty(
        scripts(emptyPages - 1),
        part,
        fc.constantFrom(-never, 0, 2, never),
        fc.infiniteStream(fc.boolean()),
        async (script, at, more, interruptions) => {
          const whole = played(script);
          const markerSecond = secondIn(whole, at);
          const rules = { markerSecond, until: markerSecond + more };
          const expected = await read(whole, startOf(whole), rules);
          const parted = played(script);
          const result = await read(parted, startOf(parted), rules, () => interruptions.next().value);
          expect({ ...result, parts: 1 }).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('and gets on in every part, even if the time is always used up', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), part, async (script, at) => {
        const table = played(script);
        const rules = { markerSecond: secondIn(table, at), until: never };
        const { taken, parts } = await read(table, startOf(table), rules, () => true);
        const splits = table.streams.flatMap((stream) => stream.shards).length;
        expect(parts).toBeLessThanOrEqual(taken.length + 5 * splits);
      }),
      { numRuns: 100 },
    );
  });
});

describe('behind the cut', () => {
  it('every record is read up to the second, and said to be behind it', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), part, async (script, at) => {
        const table = played(script);
        const rules = { markerSecond: secondIn(table, at), until: never };
        const { cut, taken } = await read(table, startOf(table), rules);
        const written = table.history.filter((write) => write.place !== undefined);
        const expected = written.map((write) => [String(write.place?.sequence), !table.isBefore(write, cut)]);
        expect(bySequence(taken.map(({ record, isPastCut }) => [record.sequence, isPastCut]))).toEqual(
          expected,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('nothing of a later second is read', async () => {
    const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 2, seed: 1 });
    const begin = secondIn(table, 0);
    for (let n = 0; n < 6; n++) {
      table.write(0);
      table.split(0, 1);
      table.now += 1000;
    }
    const { cut, taken } = await read(table, startOf(table), { markerSecond: begin + 1, until: begin + 3 });
    expect(taken.map(({ record, isPastCut }) => [record.second - begin, isPastCut])).toEqual([
      [0, false],
      [1, false],
      [2, true],
      [3, true],
    ]);
    expect(table.contentAt(cut)).toEqual(new Map([[0, 1]]));
  });

  it('nothing is read when it is not asked for', async () => {
    const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
    table.write(0);
    table.now += 5000;
    table.write(0);
    table.split(0, 2);
    table.write(0);
    const second = secondIn(table, 0);
    const { taken } = await read(table, startOf(table), { markerSecond: second, until: 0 });
    expect(taken.map(({ record }) => record.newImage?.['value'])).toEqual([{ N: '0' }]);
  });
});

function bySequence<T extends readonly [string, unknown]>(records: T[]): T[] {
  return records.toSorted(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
}

describe('without a cut to begin at', () => {
  it('the lanes lead to every record of a later second, and to none twice', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), part, async (script, at) => {
        const table = played(script);
        const second = secondIn(table, at);
        const stream = String(table.stream?.arn);
        const lanes = await findLanesAround(table.client, stream, second);
        const shards = Object.fromEntries(lanes.map(({ shard, cut }) => [shard, cut]));
        const { taken } = await read(table, { stream, shards }, { markerSecond: never, until: never });
        const sequences = taken.map(({ record }) => record.sequence);
        expect(new Set(sequences).size).toBe(sequences.length);
        // Records' times lag up to a second, so a child may seem to begin a second before its parent's end.
        const later = table.history.filter((write) => write.place !== undefined && write.second > second + 1);
        expect(later.filter((write) => !sequences.includes(String(write.place?.sequence)))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('shards that ended long before are left alone', async () => {
    const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 10, seed: 1 });
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.split(0, 1);
    table.split(0, 1);
    table.now += 60_000;
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.now += 60_000;
    const lanes = await findLanesAround(table.client, String(table.stream?.arn), secondIn(table, 1));
    const open = table.stream?.shards.filter(({ closedAt }) => closedAt === undefined) ?? [];
    expect(lanes.map(({ shard }) => shard)).toEqual(open.map(({ id }) => id));
  });
});

describe('a closed shard without children', () => {
  const options = { emptyPages: 0, recordsPerPage: 10, seed: 1 };
  const all = { markerSecond: never, until: 0 };

  it('keeps its place when the stream was switched off', async () => {
    const table = new SimulatedTable(options);
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.switchOff();
    const { cut } = await read(table, startOf(table), all);
    expect(table.contentAt(cut)).toEqual(table.content);
    const next = await read(table, cut, all);
    expect(next.cut).toEqual(cut);
    expect(next.taken).toEqual([]);
  });

  it('is left for children that are listed later, while the stream is on', async () => {
    const table = new SimulatedTable(options);
    for (const key of [0, 1, 2, 3]) table.write(key);
    table.split(0, 2, 3);
    for (const key of [0, 1, 2, 3]) table.write(key);
    const { cut, parts } = await read(table, startOf(table), all, () => true);
    expect(parts).toBeGreaterThan(4);
    expect(table.contentAt(cut)).toEqual(table.content);
  });
});
