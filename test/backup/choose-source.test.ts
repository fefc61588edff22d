import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackupId } from '../../lambda/model/ids.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { exportTimeOf } from '../../lambda/sources/export/windows.ts';
import {
  chooseSource,
  oldestParentMs,
  type Parent,
  type Reasoned,
  type Situation,
} from '../../lambda/backup/choose-source.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_800_000_000_000;
const stream = { arn: 'stream-1', createdAt: now - 48 * hour };

const endedBy = (age: number, ends: Parent['ends']): Parent => ({
  id: createBackupId(now - age, '00000000'),
  marker: now - age,
  ends,
});
const inStream = (age: number, arn = stream.arn) => endedBy(age, { stream: arn });
const byExport = (age: number) => endedBy(age, { exportTime: now - age });

const choose = (situation: Partial<Situation>) =>
  chooseSource({
    table: 'Music',
    now,
    marker: now,
    asked: undefined,
    onlyIncrement: false,
    base: 'export',
    stream: undefined,
    recovery: undefined,
    parents: [],
    windows: defaultConfig.exportWindow,
    replayMs: 5 * minute,
    ...situation,
  });
const recovery = { earliest: now - 35 * 24 * hour };

describe('a table without a snapshot', () => {
  it('is exported at the first whole second after the request', () => {
    expect(choose({ recovery, marker: now - 1 })).toMatchObject({
      source: 'export',
      ranges: [{ time: now }],
    });
    expect(choose({ recovery })).toMatchObject({ source: 'export', ranges: [{ time: now + 1000 }] });
  });

  it('is scanned where that is configured or asked for, if its stream reaches back to the request', () => {
    expect(choose({ base: 'scan', stream, recovery })).toMatchObject({ source: 'scan', stream: stream.arn });
    expect(choose({ asked: 'scan', stream })).toMatchObject({ source: 'scan' });
    const young = { ...stream, createdAt: now + minute };
    expect(choose({ base: 'scan', stream: young })).toMatchObject({ source: 'scan' });
    const late = choose({ base: 'scan', stream: { ...stream, createdAt: now + minute + 1 } });
    expect(late).toMatchObject({ source: 'none', error: 'CutUnreachable' });
  });

  it('is refused by name if it has neither what its base needs, whatever else it has', () => {
    const refused = (remedy: string) => ({
      source: 'none',
      error: 'ContinuousBackupsUnavailable',
      message: expect.stringContaining(`not enabled for the table: Music. ${remedy}`),
    });
    const [lacksRecovery, lacksStream] = [
      refused('Switch on its point-in-time'),
      refused('Give it a stream'),
    ];
    expect(choose({})).toMatchObject(lacksRecovery);
    expect(choose({ stream })).toMatchObject(lacksRecovery);
    expect(choose({ base: 'scan', recovery })).toMatchObject(lacksStream);
    expect(choose({ asked: 'scan', recovery })).toMatchObject(lacksStream);
  });

  it('cannot be continued by the stream, though that was asked for', () => {
    expect(choose({ asked: 'stream', stream, recovery })).toMatchObject({
      source: 'none',
      error: 'CutUnreachable',
      message: 'there is no snapshot that the stream can continue',
    });
  });
});

describe('point-in-time recovery that was just switched on', () => {
  it('serves a request of a minute before, at its beginning', () => {
    const earliest = now + minute - 500;
    expect(choose({ recovery: { earliest: now + 400 } })).toMatchObject({ ranges: [{ time: now + 1000 }] });
    expect(choose({ recovery: { earliest } })).toMatchObject({ ranges: [{ time: now + minute }] });
    expect(choose({ recovery: { earliest: now + minute + 1 } })).toMatchObject({ error: 'CutUnreachable' });
  });

  it('takes a base in its first minutes, when no window is long enough', () => {
    const parent = byExport(14 * minute);
    const choice = choose({ recovery: { earliest: now - 16 * minute }, parents: [parent] });
    expect(choice).toMatchObject({ source: 'export', parent: undefined });
    expect(choice.why.join()).toContain('less than 900 seconds older');
  });

  it('takes a base if it was off since the parent', () => {
    const choice = choose({ recovery: { earliest: now - hour }, parents: [byExport(2 * hour)] });
    expect(choice).toMatchObject({ source: 'export', parent: undefined });
    expect(choice.why.join()).toContain('not kept any more');
  });
});

describe('a snapshot that ends in a stream', () => {
  it('is continued by it, while it reaches back', () => {
    const parent = inStream(oldestParentMs);
    expect(choose({ stream, parents: [parent] })).toMatchObject({ source: 'stream', parent });
    const old = choose({ stream, recovery, parents: [inStream(oldestParentMs + 1)] });
    expect(old).toMatchObject({ source: 'export', parent: undefined });
    expect(old.why.join()).toContain('does not reach back');
  });

  it('is not continued by another stream, nor by an export', () => {
    const choice = choose({ stream, recovery, parents: [inStream(hour, 'another')] });
    expect(choice).toMatchObject({ source: 'export', parent: undefined });
    expect(choice.why.join(';')).toMatch(/another stream;.*ends in a stream/);
    const asked = choose({ asked: 'export', stream, recovery, parents: [inStream(hour)] });
    expect(asked).toMatchObject({ source: 'export', parent: undefined });
  });

  it('is not continued where a scan was asked for', () => {
    expect(choose({ asked: 'scan', stream, parents: [inStream(hour)] })).toMatchObject({
      source: 'scan',
    });
  });
});

describe('a snapshot that ends with an export', () => {
  it('is continued by the stream from five minutes before, if that is as old', () => {
    const parent = byExport(hour);
    expect(choose({ stream, recovery, parents: [parent] })).toMatchObject({
      source: 'stream',
      parent,
      replay: { since: now - hour - 5 * minute, until: now - hour + 5 * minute },
    });
    const young = { ...stream, createdAt: now - hour - 5 * minute + 1 };
    expect(choose({ stream: young, recovery, parents: [parent] })).toMatchObject({
      source: 'export',
      parent,
    });
  });

  it('is too old for the stream when what is replayed is', () => {
    const oldest = oldestParentMs - 5 * minute;
    expect(choose({ stream, recovery, parents: [byExport(oldest)] })).toMatchObject({ source: 'stream' });
    const older = choose({ stream, recovery, parents: [byExport(oldest + 1)] });
    expect(older).toMatchObject({ source: 'export' });
    expect(older.why.join()).toContain('does not reach back');
  });

  it('is continued by exports otherwise, in windows of a day at most', () => {
    const parent = byExport(15 * minute);
    expect(choose({ recovery, marker: now - 1000, parents: [parent] })).toMatchObject({
      source: 'export',
      parent,
      ranges: [{ from: now - 15 * minute, to: now }],
    });
    const old = choose({ recovery, parents: [byExport(60 * hour)] });
    expect(old).toMatchObject({ source: 'export', parent: byExport(60 * hour) });
    expect('ranges' in old && old.ranges).toHaveLength(3);
  });

  it('and is too young is passed over for an older one', () => {
    const parents = [byExport(5 * minute), inStream(10 * minute), byExport(hour)];
    expect(choose({ recovery, parents })).toMatchObject({ source: 'export', parent: parents[2] });
  });
});

describe('the content of an earlier time', () => {
  it('is reached by the stream alone', () => {
    const asOf = { onlyIncrement: true, marker: now - hour, stream, recovery };
    expect(choose({ ...asOf, parents: [inStream(2 * hour)] })).toMatchObject({ source: 'stream' });
    expect(choose(asOf)).toMatchObject({ source: 'none', error: 'CutUnreachable' });
    expect(choose({ ...asOf, stream: undefined, parents: [byExport(2 * hour)] })).toMatchObject({
      source: 'none',
    });
  });
});

describe('whatever the situation', () => {
  const age = fc.integer({ min: 0, max: 50 * hour });
  const parents = fc.array(
    fc.oneof(
      age.map(byExport),
      fc.tuple(age, fc.constantFrom('stream-1', 'stream-2')).map(([at, arn]) => inStream(at, arn)),
    ),
    { maxLength: 5 },
  );
  const situations = fc.record({
    asked: fc.constantFrom(undefined, 'export' as const, 'stream' as const, 'scan' as const),
    base: fc.constantFrom('export' as const, 'scan' as const),
    stream: fc.option(
      age.map((at) => ({ arn: 'stream-1', createdAt: now - at })),
      { nil: undefined },
    ),
    recovery: fc.option(
      age.map((at) => ({ earliest: now - at })),
      { nil: undefined },
    ),
    onlyIncrement: fc.boolean(),
    // A request waits for its turn, and may be older than what was backed up meanwhile.
    marker: fc.oneof(
      fc.constant(now),
      fc.nat(2 * hour).map((at) => now - at),
    ),
    parents,
  });

  it('a gap is never bridged, and what was asked for is what is made', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        expect(wrongWith(situation, choose(situation))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});

/** What a naive look finds wrong with a choice. */
function wrongWith(
  {
    asked,
    stream,
    recovery,
    onlyIncrement,
    marker: wantedMarker,
  }: Pick<Situation, 'asked' | 'stream' | 'recovery' | 'onlyIncrement' | 'marker'>,
  choice: Reasoned,
): string | undefined {
  if (choice.source === 'none') return undefined;
  if (asked !== undefined && asked !== choice.source) return 'another source was asked for';
  if (onlyIncrement && choice.source !== 'stream') return 'only the stream reaches an earlier time';
  if (choice.source === 'scan' || choice.parent === undefined) return undefined;
  const { ends, marker } = choice.parent;
  if (choice.source === 'stream') {
    if (now - (choice.replay?.since ?? marker) > oldestParentMs) return 'the stream does not reach back';
    if ('stream' in ends) return ends.stream === stream?.arn ? undefined : 'another stream';
    const [since, until] = [ends.exportTime - 5 * minute, ends.exportTime + 5 * minute];
    if (choice.replay?.since !== since || choice.replay.until !== until)
      return 'what the export may hold is not read again';
    return stream !== undefined && stream.createdAt <= since
      ? undefined
      : 'the stream is younger than the export';
  }
  if ('stream' in ends) return 'an export does not go on from a stream';
  const [first] = choice.ranges;
  const begin = first === undefined ? exportTimeOf(wantedMarker) : 'from' in first ? first.from : undefined;
  if (begin !== ends.exportTime) return 'there is a gap';
  if (first === undefined) return undefined;
  return recovery !== undefined && ends.exportTime >= recovery.earliest ? undefined : 'recovery was off';
}
