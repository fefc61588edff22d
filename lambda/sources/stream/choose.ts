import {
  continueFirst,
  type Continuation,
  type Parent,
  passOver,
  type Situation,
  type TableStream,
} from '../source.ts';
import { oldestParentMs } from '../limits.ts';

/** The changes since the parent, read from the table's stream. */
export interface StreamOrigin {
  readonly source: 'stream';
  /** The stream's ARN. */
  readonly stream: string;
  /** Set if the parent ends with an export. */
  readonly replay?: Replay;
}

/**
 * The time within which an export may have ended, epoch ms. The stream is read from its beginning, and to its end, because
 * the export may hold writes that came after a marker within it.
 */
export interface Replay {
  readonly since: number;
  readonly until: number;
}

/** Chooses the first parent for which the stream still holds all later changes. */
export function continueByStream(situation: Situation): Continuation<StreamOrigin> {
  const { stream, parents, config } = situation;
  if (stream === undefined) return passOver('the table has no stream of new and old images');
  if (parents.length === 0) return passOver('there is no snapshot to continue');
  return continueFirst('stream', parents, (parent) => {
    const replay = findReplay(parent, config.replayMs);
    const why = isTooLate(situation, parent, stream)
      ? 'it holds changes after the requested time'
      : explainGap(situation, parent, stream);
    return why ?? { source: 'stream', stream: stream.arn, ...(replay && { replay }) };
  });
}

/** Returns the reason why the stream lacks changes since the parent; undefined if it holds all of them. */
export function explainGap(
  { now, config }: { readonly now: number; readonly config: Pick<Situation['config'], 'replayMs'> },
  parent: Parent,
  stream: TableStream,
): string | undefined {
  const { ends, marker } = parent;
  const replaySince = findReplay(parent, config.replayMs)?.since;
  if ('stream' in ends && ends.stream !== stream.arn) return 'it ends in another stream';
  if (replaySince !== undefined && stream.createdAt > replaySince) {
    return 'it ends with an export, and the stream is not older than that';
  }
  return now - (replaySince ?? marker) > oldestParentMs ? 'the stream does not reach back to it' : undefined;
}

/** True if the request wants an earlier time and the parent may hold later changes. */
function isTooLate(
  { onlyIncrement, marker: wanted }: Situation,
  parent: Parent,
  stream: TableStream,
): boolean {
  return onlyIncrement && endOf(parent, stream) > wanted;
}

/**
 * The time (epoch ms) after which the parent holds no writes. If a base's stream is younger than its request, the base ends
 * where that stream begins.
 */
function endOf({ marker, ends }: Parent, stream: TableStream): number {
  if ('exportTime' in ends) return ends.exportTime;
  return ends.stream === stream.arn ? Math.max(marker, stream.createdAt) : marker;
}

function findReplay({ ends }: Parent, replayMs: number): Replay | undefined {
  if (!('exportTime' in ends)) return undefined;
  return { since: ends.exportTime - replayMs, until: ends.exportTime + replayMs };
}
