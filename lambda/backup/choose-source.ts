import type { BackupId, Source } from '../model/records.ts';
import type { Ends } from '../catalog/snapshots.ts';
import type { ErrorCode } from '../runtime/errors.ts';
import type { ExportRange } from '../sources/export/request.ts';
import type { WindowLimits } from '../services/config.ts';
import { exportWindows, firstExportTime } from '../sources/export/windows.ts';
import { backupsUnavailable } from '../tables/table.ts';

/**
 * A stream keeps its records for 24 hours. What ended longer ago than this is not continued: the hour that is left is
 * for reading.
 */
export const oldestParentMs = 23 * 60 * 60 * 1000;

/** The one minute that DynamoDB promises between a request and the end of what its backup holds. */
const promisedMs = 60_000;

/** A snapshot that may be continued. */
export interface Parent {
  readonly id: BackupId;
  /** Epoch ms. */
  readonly marker: number;
  readonly ends: Ends;
}

/** All that the choice depends on. Times are epoch milliseconds. */
export interface Situation {
  /** Its name. */
  readonly table: string;
  readonly now: number;
  /** The time whose content is meant. */
  readonly marker: number;
  readonly asked: Source | undefined;
  /** The content of an earlier time: only an increment will do. */
  readonly onlyIncrement: boolean;
  /** What a base is made of, by configuration. */
  readonly base: 'export' | 'scan';
  /** The table's stream, if it has one that serves. */
  readonly stream: { readonly arn: string; readonly createdAt: number } | undefined;
  /** Point-in-time recovery, if it is on: since when. */
  readonly recovery: { readonly earliest: number } | undefined;
  /** The most wanted first. */
  readonly parents: readonly Parent[];
  readonly windows: WindowLimits;
  /** The boundaries of an export are not exact: the stream is replayed from so long before its time, and after it. */
  readonly replayMs: number;
}

export type Choice =
  /** The changes since the parent by the stream. */
  | {
      readonly source: 'stream';
      readonly stream: string;
      readonly parent: Parent;
      readonly replay?: Replay;
    }
  /** The whole table at a time, or with a parent the changes since, in windows one after another. */
  | {
      readonly source: 'export';
      readonly parent: Parent | undefined;
      readonly ranges: readonly ExportRange[];
    }
  | { readonly source: 'scan'; readonly stream: string }
  | { readonly source: 'none'; readonly error: ErrorCode; readonly message: string };

/**
 * The time in which an export may have ended, epoch ms. The stream is read from its begin on; and to its end, because the
 * export may hold what came after a marker that lies before that.
 */
export interface Replay {
  readonly since: number;
  readonly until: number;
}

/** A choice with its reasons: what was passed over, and why, and then what was taken. */
export type Reasoned = Choice & { readonly why: readonly string[] };

/**
 * Which source a backup is made from, and which snapshot it continues. In this order: the stream since a parent
 * (seconds, no table throughput), exports since a parent, a base by the configured source. A gap is never bridged.
 */
export function chooseSource(situation: Situation): Reasoned {
  const why: string[] = [];
  const choice =
    byStream(situation, why) ??
    byExports(situation, why) ??
    (situation.onlyIncrement
      ? unreachable('there is no snapshot that can be continued to that time')
      : base(situation, why));
  return { ...choice, why };
}

function unreachable(message: string): Choice {
  return { source: 'none', error: 'CutUnreachable', message };
}

function byStream(situation: Situation, why: string[]): Choice | undefined {
  const { asked, stream, parents, replayMs } = situation;
  if (asked !== undefined && asked !== 'stream') return undefined;
  if (stream === undefined) return passed(why, 'the table has no stream of new and old images');
  for (const parent of parents) {
    const replay = replayOf(parent, replayMs);
    const reason = whyNotContinued(situation, parent, stream);
    if (reason === undefined) {
      why.push(`the stream tells of every change since ${parent.id}`);
      return { source: 'stream', stream: stream.arn, parent, ...(replay && { replay }) };
    }
    why.push(`stream: ${parent.id}: ${reason}`);
  }
  return parents.length === 0 ? passed(why, 'there is no snapshot to continue') : undefined;
}

function replayOf({ ends }: Parent, replayMs: number): Replay | undefined {
  if (!('exportTime' in ends)) return undefined;
  return { since: ends.exportTime - replayMs, until: ends.exportTime + replayMs };
}

/** Why the stream does not tell of everything since the parent; undefined if it does. */
export function whyNotContinued(
  { now, replayMs }: Pick<Situation, 'now' | 'replayMs'>,
  parent: Parent,
  stream: NonNullable<Situation['stream']>,
): string | undefined {
  const { ends, marker } = parent;
  const replaySince = replayOf(parent, replayMs)?.since;
  if ('stream' in ends && ends.stream !== stream.arn) return 'it ends in another stream';
  if (replaySince !== undefined && stream.createdAt > replaySince) {
    return 'it ends with an export, and the stream is not older than that';
  }
  return now - (replaySince ?? marker) > oldestParentMs ? 'the stream does not reach back to it' : undefined;
}

function byExports(
  { asked, recovery, parents, marker, windows, onlyIncrement }: Situation,
  why: string[],
): Choice | undefined {
  if (onlyIncrement || (asked !== undefined && asked !== 'export')) return undefined;
  if (recovery === undefined) return passed(why, 'point-in-time recovery is off');
  for (const parent of parents) {
    if (!('exportTime' in parent.ends)) {
      why.push(`export: ${parent.id}: it ends in a stream`);
      continue;
    }
    const { exportTime: parentTime } = parent.ends;
    const found = exportWindows({ parentTime, marker, earliestRestorable: recovery.earliest }, windows);
    if ('windows' in found) {
      why.push(`exports tell of every change since ${parent.id}`);
      return { source: 'export', parent, ranges: found.windows };
    }
    why.push(`export: ${parent.id}: ${found.why}`);
  }
  return undefined;
}

function base(situation: Situation, why: string[]): Choice {
  const { table, asked, stream, recovery } = situation;
  if (asked === 'stream') return unreachable('there is no snapshot that the stream can continue');
  const source = asked ?? situation.base;
  if (source === 'scan') {
    if (stream === undefined) return unavailable(table, 'stream');
    why.push('a new base');
    return scanned(situation, stream);
  }
  if (recovery === undefined) return unavailable(table, 'recovery');
  why.push('a new base');
  return exported(situation, recovery);
}

/** A scan is corrected to the marker by the stream, which must reach back to it. */
function scanned({ now, marker }: Situation, stream: NonNullable<Situation['stream']>): Choice {
  if (now - marker <= oldestParentMs && stream.createdAt <= marker + promisedMs)
    return { source: 'scan', stream: stream.arn };
  return unreachable(
    'the stream does not hold the changes around the time of the request; request a new backup',
  );
}

function exported({ marker }: Situation, { earliest }: NonNullable<Situation['recovery']>): Choice {
  const time = firstExportTime(marker, earliest);
  if (time <= marker + promisedMs) return { source: 'export', parent: undefined, ranges: [{ time }] };
  return unreachable(
    'point-in-time recovery does not reach back to the time of the request; request a new backup',
  );
}

function unavailable(...lacking: Parameters<typeof backupsUnavailable>): Choice {
  const { code: error, message } = backupsUnavailable(...lacking);
  return { source: 'none', error, message };
}

function passed(why: string[], reason: string): undefined {
  why.push(reason);
  return undefined;
}
