import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSource, type Reasoned, type Wish } from '../../lambda/backup/choose-source.ts';
import { createBackupId } from '../../lambda/model/ids.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { exportTimeOf } from '../../lambda/sources/export/windows.ts';
import { oldestParentMs } from '../../lambda/sources/limits.ts';
import type { Parent, Situation } from '../../lambda/sources/source.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_800_000_000_000;
const stream = { arn: 'stream-1', createdAt: now - 48 * hour };
const recovery = { earliest: now - 35 * 24 * hour };

const endedBy = (age: number, ends: Parent['ends']): Parent => ({
  manifestSha256: '0'.repeat(64),
  id: createBackupId(now - age, '00000000'),
  marker: now - age,
  ends,
});
const inStream = (age: number, arn = stream.arn) => endedBy(age, { stream: arn });
const byExport = (age: number) => endedBy(age, { exportTime: now - age });

const choose = ({ requested, base = 'export', ...situation }: Partial<Wish & Situation>) =>
  chooseSource(
    { requested, base },
    {
      table: 'Music',
      now,
      marker: now,
      onlyIncrement: false,
      stream: undefined,
      recovery: undefined,
      parents: [],
      config: { ...defaultConfig, replayMs: 5 * minute, scanSegments: 3 },
      ...situation,
    },
  );

describe('a table without a snapshot', () => {
  it('is exported at the first whole second after the request', () => {
    expect(choose({ recovery, marker: now - 1 })).toMatchObject({
      origin: { source: 'export', ranges: [{ time: now }] },
      parent: undefined,
    });
    expect(choose({ recovery })).toMatchObject({
      origin: { source: 'export', ranges: [{ time: now + 1000 }] },
    });
  });

  it('is scanned if the configuration or the request says so, and its stream reaches back to the request', () => {
    const origin = { source: 'scan', stream: stream.arn, segments: 3 };
    expect(choose({ base: 'scan', stream, recovery })).toMatchObject({ origin });
    expect(choose({ requested: 'scan', stream })).toMatchObject({ origin });
    const young = { ...stream, createdAt: now + minute };
    expect(choose({ base: 'scan', stream: young })).toMatchObject({ origin });
    const late = choose({ base: 'scan', stream: { ...stream, createdAt: now + minute + 1 } });
    expect(late).toMatchObject({ error: 'CutUnreachable' });
  });

  it('is refused with the remedy if it lacks what its base needs, even if it has what another source needs', () => {
    const refusalWith = (remedy: string) => ({
      error: 'ContinuousBackupsUnavailable',
      message: expect.stringContaining(`not enabled for the table: Music. ${remedy}`),
    });
    const [lacksRecovery, lacksStream] = [
      refusalWith('Switch on its point-in-time'),
      refusalWith('Give it a stream'),
    ];
    expect(choose({})).toMatchObject(lacksRecovery);
    expect(choose({ stream })).toMatchObject(lacksRecovery);
    expect(choose({ base: 'scan', recovery })).toMatchObject(lacksStream);
    expect(choose({ requested: 'scan', recovery })).toMatchObject(lacksStream);
  });

  it('is refused if the request names the stream, because there is no snapshot to continue', () => {
    expect(choose({ requested: 'stream', stream, recovery })).toMatchObject({
      error: 'CutUnreachable',
      message: 'there is no snapshot that the stream can continue',
    });
  });
});

describe('point-in-time recovery that was just enabled', () => {
  it('exports a table as of its beginning, if that is at most a minute after the request', () => {
    const rangesFrom = (earliest: number) => choose({ recovery: { earliest } });
    const at = (time: number) => ({ origin: { ranges: [{ time }] } });
    expect(rangesFrom(now + 400)).toMatchObject(at(now + 1000));
    expect(rangesFrom(now + minute - 500)).toMatchObject(at(now + minute));
    expect(rangesFrom(now + minute + 1)).toMatchObject({ error: 'CutUnreachable' });
  });

  it('leads to a new base in its first minutes, because no window of changes is long enough', () => {
    const parent = byExport(14 * minute);
    const choice = choose({ recovery: { earliest: now - 16 * minute }, parents: [parent] });
    expect(choice).toMatchObject({ origin: { source: 'export' }, parent: undefined });
    expect(choice.why.join()).toContain('less than 900 seconds older');
  });

  it('leads to a new base if it was disabled at some time since the parent', () => {
    const choice = choose({ recovery: { earliest: now - hour }, parents: [byExport(2 * hour)] });
    expect(choice).toMatchObject({ origin: { source: 'export' }, parent: undefined });
    expect(choice.why.join()).toContain('no longer kept');
  });
});

describe('a snapshot that ends in a stream', () => {
  it('is continued by that stream while the stream reaches back far enough', () => {
    const parent = inStream(oldestParentMs);
    expect(choose({ stream, parents: [parent] })).toMatchObject({ origin: { source: 'stream' }, parent });
    const old = choose({ stream, recovery, parents: [inStream(oldestParentMs + 1)] });
    expect(old).toMatchObject({ origin: { source: 'export' }, parent: undefined });
    expect(old.why.join()).toContain('does not reach back');
  });

  it('is not continued by another stream, nor by an export', () => {
    const choice = choose({ stream, recovery, parents: [inStream(hour, 'another')] });
    expect(choice).toMatchObject({ origin: { source: 'export' }, parent: undefined });
    expect(choice.why.join(';')).toMatch(/another stream;.*ends in a stream/);
    const requested = choose({ requested: 'export', stream, recovery, parents: [inStream(hour)] });
    expect(requested).toMatchObject({ origin: { source: 'export' }, parent: undefined });
  });

  it('is not continued if the request names a scan', () => {
    expect(choose({ requested: 'scan', stream, parents: [inStream(hour)] })).toMatchObject({
      origin: { source: 'scan' },
      parent: undefined,
    });
  });
});

describe('a snapshot that ends with an export', () => {
  it('is continued by the stream from five minutes before the export’s time, if the stream is as old', () => {
    const parent = byExport(hour);
    expect(choose({ stream, recovery, parents: [parent] })).toMatchObject({
      origin: {
        source: 'stream',
        replay: { since: now - hour - 5 * minute, until: now - hour + 5 * minute },
      },
      parent,
    });
    const young = { ...stream, createdAt: now - hour - 5 * minute + 1 };
    expect(choose({ stream: young, recovery, parents: [parent] })).toMatchObject({
      origin: { source: 'export' },
      parent,
    });
  });

  it('is too old for the stream as soon as the replayed minutes are trimmed', () => {
    const oldest = oldestParentMs - 5 * minute;
    expect(choose({ stream, recovery, parents: [byExport(oldest)] })).toMatchObject({
      origin: { source: 'stream' },
    });
    const older = choose({ stream, recovery, parents: [byExport(oldest + 1)] });
    expect(older).toMatchObject({ origin: { source: 'export' } });
    expect(older.why.join()).toContain('does not reach back');
  });

  it('is otherwise continued by exports, in windows of at most a day', () => {
    const parent = byExport(15 * minute);
    expect(choose({ recovery, marker: now - 1000, parents: [parent] })).toMatchObject({
      origin: { source: 'export', ranges: [{ from: now - 15 * minute, to: now }] },
      parent,
    });
    const old = choose({ recovery, parents: [byExport(60 * hour)] });
    expect(old).toMatchObject({
      origin: { source: 'export', ranges: [{}, {}, {}] },
      parent: byExport(60 * hour),
    });
  });

  it('is passed over for an older snapshot if it is too young for an export', () => {
    const parents = [byExport(5 * minute), inStream(10 * minute), byExport(hour)];
    expect(choose({ recovery, parents })).toMatchObject({
      origin: { source: 'export' },
      parent: parents[2],
    });
  });
});

describe('a backup of an earlier time', () => {
  const earlier = { onlyIncrement: true, marker: now - hour, stream, recovery };

  it('takes its changes from the stream alone', () => {
    expect(choose({ ...earlier, parents: [inStream(2 * hour)] })).toMatchObject({
      origin: { source: 'stream' },
    });
    expect(choose(earlier)).toMatchObject({ error: 'CutUnreachable' });
    expect(choose({ ...earlier, stream: undefined, parents: [byExport(2 * hour)] })).toMatchObject({
      error: 'CutUnreachable',
    });
  });

  it('does not continue a snapshot that may hold later writes', () => {
    const late = inStream(hour - 1);
    expect(choose({ ...earlier, parents: [late] })).toMatchObject({ error: 'CutUnreachable' });
    const early = inStream(hour);
    expect(choose({ ...earlier, parents: [late, early] })).toMatchObject({ parent: early });
    // A base whose stream is younger than its request ends where the stream begins.
    const young = { ...stream, createdAt: now - hour + 1 };
    expect(choose({ ...earlier, stream: young, parents: [early] })).toMatchObject({
      error: 'CutUnreachable',
    });
  });
});

describe('any choice of a source', () => {
  const age = fc.integer({ min: 0, max: 50 * hour });
  const parents = fc.array(
    fc.oneof(
      age.map(byExport),
      fc.tuple(age, fc.constantFrom('stream-1', 'stream-2')).map(([at, arn]) => inStream(at, arn)),
    ),
    { maxLength: 5 },
  );
  const cases = fc.record({
    requested: fc.constantFrom(undefined, 'export' as const, 'stream' as const, 'scan' as const),
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
    // A backup waits for its turn, so its request may be older than the latest snapshot.
    marker: fc.oneof(
      fc.constant(now),
      fc.nat(2 * hour).map((at) => now - at),
    ),
    parents,
  });

  it('bridges no gap, and uses the source that the request names', () => {
    fc.assert(
      fc.property(cases, (given) => {
        expect(wrongWith(given, choose(given))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('repeats the content of a parent whose export ended a second after recovery began, within the minute after the request', () => {
    const atStart = { recovery: { earliest: now - 1000 }, base: 'export' as const, parents: [byExport(0)] };
    expect(choose({ ...atStart, marker: now - minute })).toMatchObject({
      origin: { source: 'export', ranges: [] },
    });
    expect(choose({ ...atStart, marker: now - minute - 1 })).toMatchObject({ error: 'CutUnreachable' });
  });
});

/** Returns the problems that a naive check finds with a choice. */
function wrongWith(
  {
    requested,
    stream: given,
    recovery: enabled,
    onlyIncrement,
    marker: wanted,
  }: Pick<Wish & Situation, 'requested' | 'stream' | 'recovery' | 'onlyIncrement' | 'marker'>,
  choice: Reasoned,
): string | undefined {
  if ('error' in choice) return undefined;
  const { origin, parent } = choice;
  if (requested !== undefined && requested !== origin.source) return 'the request names another source';
  if (onlyIncrement && origin.source !== 'stream') return 'only the stream reaches an earlier time';
  if (origin.source === 'scan') return parent === undefined ? undefined : 'a scan continues nothing';
  if (parent === undefined) return origin.source === 'stream' ? 'the stream continues nothing' : undefined;
  const { ends, marker } = parent;
  if (origin.source === 'stream') {
    const { replay } = origin;
    if (now - (replay?.since ?? marker) > oldestParentMs) return 'the stream does not reach back';
    const end = 'exportTime' in ends ? ends.exportTime : marker;
    if (onlyIncrement && end > wanted) return 'the parent holds what came after the wanted time';
    if ('stream' in ends) return ends.stream === given?.arn ? undefined : 'another stream';
    const [since, until] = [ends.exportTime - 5 * minute, ends.exportTime + 5 * minute];
    if (replay?.since !== since || replay.until !== until)
      return 'what the export may hold is not read again';
    return given !== undefined && given.createdAt <= since
      ? undefined
      : 'the stream is younger than the export';
  }
  if (origin.source === 'settings') return 'settings continue nothing';
  if ('stream' in ends) return 'an export does not continue a stream';
  const [first] = origin.ranges;
  // Recovery may begin after the request; then every export for that request ends where recovery begins.
  const end = Math.max(exportTimeOf(wanted), Math.ceil((enabled?.earliest ?? 0) / 1000) * 1000);
  if (end > wanted + minute) return 'it holds more than the minute after the request';
  const begin = first === undefined ? end : 'from' in first ? first.from : undefined;
  if (begin !== ends.exportTime) return 'there is a gap';
  if (first === undefined) return undefined;
  return enabled !== undefined && ends.exportTime >= enabled.earliest ? undefined : 'recovery was off';
}
