/*
 * The room `compare/`: finds the items in which two snapshots of a table differ, without reading the runs that they share.
 *
 *   from     base A  d1  d2            to     base A  d1  d3  d4            (one stretch of hashes: stretches.ts)
 *   shared   base A  d1                not read, except to look up a key
 *   own              d2                       d3  d4    merged; each key is a candidate
 *
 *   candidate        newest own line on each side; a side that has none gets the newest shared line (lookup.ts)
 *   difference       the two sides then have different items: added, changed or removed
 *
 * Two base runs that a fold made from each other share frames instead of runs: those with the same SHA-256.
 * In: two manifests and a place. Out: steps, each with its differences in order and the place that it reached.
 * Always holds: a key whose newest lines are shared on both sides is never a candidate. A step may end between two keys of
 * one hash, and a caller may continue from there.
 */
import type { ObjectStore } from '../../storage/object-store.ts';
import { type Change, type Keyed, placeAfter, startOfHash } from '../format/change.ts';
import { wholeRange } from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import { type FrameSet, type Layer, lookUp, OpenRun } from '../read/lookup.ts';
import { type Manifest, type RunRef } from '../format/manifest.ts';
import { mergeSorted } from '../read/merge.ts';
import { OpenFiles } from '../read/open-files.ts';
import { type Stretch, splitIntoStretches } from './stretches.ts';
import { keyRulesOf } from '../format/key-rules.ts';

/** An item in which two snapshots differ. */
export interface Difference extends Keyed {
  readonly change: 'added' | 'changed' | 'removed';
}

/** A step of a comparison. */
export interface ComparisonStep {
  /** In order; often there is none. */
  readonly differences: readonly Difference[];
  /** All keys before this place have been compared, by this step and those before it. */
  readonly upTo: Keyed;
}

/** A key with a line in a run or frame that only one snapshot has. Each side has its own newest line, if there is one. */
interface Candidate extends Keyed {
  readonly from?: Change;
  readonly to?: Change;
}

type OpenRuns = OpenFiles<OpenRun>;

/**
 * Compares two snapshots from a place on, in order, as drawn above. The tables must have the same key schema. Throws
 * `SnapshotCorrupt`.
 */
export async function* compareSnapshots(
  store: ObjectStore,
  from: Manifest,
  to: Manifest,
  start: Keyed,
  limits: Limits,
): AsyncGenerator<ComparisonStep> {
  const keys = keyRulesOf(from);
  const files = new OpenFiles([...from.runs, ...to.runs], (run) => new OpenRun(store, run, keys));
  const rest = { from: start.hash, to: wholeRange.to };
  for (const stretch of splitIntoStretches(from.runs, to.runs, rest)) {
    const { from: hash } = stretch.range;
    files.closeBelow(hash);
    yield* compareStretch(files, stretch, hash === start.hash ? start : startOfHash(hash), limits);
  }
}

async function* compareStretch(
  files: OpenRuns,
  stretch: Stretch,
  start: Keyed,
  limits: Limits,
): AsyncGenerator<ComparisonStep> {
  const { to: end } = stretch.range;
  const common = findCommonRuns(stretch);
  const own = { from: stretch.from.slice(common.length), to: stretch.to.slice(common.length) };
  const count = own.from.length + own.to.length;
  if (count > 0) {
    const frames = common.length > 0 ? noFrames : await findCommonFrames(files, own.from[0], own.to[0]);
    const shared = common.toReversed().map((run): Layer => ({ run: files.open(run) }));
    if (own.from[0] !== undefined && frames.size > 0) shared.push({ run: files.open(own.from[0]), frames });
    const readAhead = Math.ceil(limits.maxReadBytes / count);
    const readLines = (run: RunRef) => files.open(run).read(start, end, readAhead, frames);
    const sources = [
      ...own.from.map((run) => toCandidates(readLines(run), 'from')),
      ...own.to.map((run) => toCandidates(readLines(run), 'to')),
    ];
    const merged = mergeSorted<Candidate>(
      sources,
      (earlier, later) => ({ ...earlier, ...later }),
      limits.batchEntries,
    );
    for await (const batch of merged) {
      const last = batch.at(-1);
      if (last !== undefined)
        yield { differences: await findDifferences(batch, shared), upTo: placeAfter(last) };
    }
  }
  yield { differences: [], upTo: startOfHash(end) };
}

/** Finds the oldest runs that both sides share: all before the first run that differs. */
function findCommonRuns({ from, to }: Stretch): readonly RunRef[] {
  const differs = from.findIndex((run, i) => run.key !== to[i]?.key);
  return differs < 0 ? from : from.slice(0, differs);
}

const noFrames: FrameSet = new Set();

/** Finds the frames that two base runs share: a fold copies every frame that no change falls into. */
async function findCommonFrames(
  files: OpenRuns,
  a: RunRef | undefined,
  b: RunRef | undefined,
): Promise<FrameSet> {
  if (a?.kind !== 'base' || b?.kind !== 'base') return noFrames;
  const [inA, inB] = await Promise.all([files.open(a).readIndex(), files.open(b).readIndex()]);
  const ofB = new Set(inB.map(({ sha256 }) => sha256));
  return new Set(inA.map(({ sha256 }) => sha256).filter((sha256) => ofB.has(sha256)));
}

async function* toCandidates(
  batches: AsyncIterable<readonly Change[]>,
  side: 'from' | 'to',
): AsyncGenerator<Candidate[]> {
  for await (const batch of batches)
    yield batch.map((line) => ({ hash: line.hash, key: line.key, [side]: line }));
}

/** Looks up the missing side of each candidate in the shared runs and frames, newest first, and compares the two sides. */
async function findDifferences(batch: readonly Candidate[], shared: readonly Layer[]): Promise<Difference[]> {
  const oneSided = batch.filter(({ from, to }) => from === undefined || to === undefined);
  const below = await lookUp(oneSided, shared);
  return batch.flatMap((candidate) => {
    const { hash, key, from = below.get(candidate), to = below.get(candidate) } = candidate;
    const change = classify(from?.image, to?.image);
    return change === undefined ? [] : [{ change, hash, key }];
  });
}

function classify(from: Buffer | undefined, to: Buffer | undefined): Difference['change'] | undefined {
  if (from === undefined) return to === undefined ? undefined : 'added';
  if (to === undefined) return 'removed';
  return from.equals(to) ? undefined : 'changed';
}
