import type { ObjectStore } from '../../storage/object-store.ts';
import type { Change, Keyed } from '../format/change.ts';
import type { HashRange } from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import { type FrameSet, type Layer, lookUp, OpenRun } from '../read/lookup.ts';
import { keyNamesOf, type Manifest, type RunRef } from '../format/manifest.ts';
import { mergeSorted } from '../read/merge.ts';
import { OpenFiles } from '../read/open-files.ts';
import { type Stretch, splitIntoStretches } from './stretches.ts';
import { batchWholeHashes } from './whole-hashes.ts';

export interface Difference extends Keyed {
  readonly change: 'added' | 'changed' | 'removed';
}

/** A step of a comparison. */
export interface ComparisonStep {
  /** In order; often none. */
  readonly differences: readonly Difference[];
  /** All hashes below are compared, with this and the steps before it. */
  readonly upTo: bigint;
}

/** A key that one of the snapshots has a line of its own for. */
interface Candidate extends Keyed {
  readonly from?: Change;
  readonly to?: Change;
}

type OpenRuns = OpenFiles<OpenRun>;

/**
 * Compares two snapshots of tables with the same key in a range of hashes, in order. What both refer to is not read, but
 * for the frames in which the other side's value of a key is looked up. Ends of steps are ends of hashes: keys of one
 * hash come in one step. Throws `SnapshotCorrupt`.
 */
export async function* compareSnapshots(
  store: ObjectStore,
  from: Manifest,
  to: Manifest,
  range: HashRange,
  limits: Limits,
): AsyncGenerator<ComparisonStep> {
  const keyCount = keyNamesOf(from.description).length;
  const open = new OpenFiles([...from.runs, ...to.runs], (run) => new OpenRun(store, run, keyCount));
  for (const stretch of splitIntoStretches(from.runs, to.runs, range)) {
    open.closeBelow(stretch.range.from);
    yield* compareStretch(open, stretch, limits);
  }
}

async function* compareStretch(
  open: OpenRuns,
  stretch: Stretch,
  limits: Limits,
): AsyncGenerator<ComparisonStep> {
  const { range } = stretch;
  const common = findCommonRuns(stretch);
  const own = { from: stretch.from.slice(common.length), to: stretch.to.slice(common.length) };
  const count = own.from.length + own.to.length;
  if (count > 0) {
    const frames = common.length > 0 ? noFrames : await findCommonFrames(open, own.from[0], own.to[0]);
    const shared = common.toReversed().map((run): Layer => ({ run: open.open(run) }));
    if (own.from[0] !== undefined && frames.size > 0) shared.push({ run: open.open(own.from[0]), frames });
    const readAhead = Math.ceil(limits.maxReadBytes / count);
    const linesOf = (run: RunRef) => open.open(run).read(range, readAhead, frames);
    const sources = [
      ...own.from.map((run) => toCandidates(linesOf(run), 'from')),
      ...own.to.map((run) => toCandidates(linesOf(run), 'to')),
    ];
    const merged = mergeSorted<Candidate>(
      sources,
      (earlier, later) => ({ ...earlier, ...later }),
      limits.batchEntries,
    );
    for await (const batch of batchWholeHashes(merged)) {
      const differences = await findDifferences(batch, shared);
      yield { differences, upTo: (batch.at(-1)?.hash ?? range.from) + 1n };
    }
  }
  yield { differences: [], upTo: range.to };
}

/** The runs from the oldest on that both sides have: below the first that they do not, nothing differs. */
function findCommonRuns({ from, to }: Stretch): readonly RunRef[] {
  const differs = from.findIndex((run, i) => run.key !== to[i]?.key);
  return differs < 0 ? from : from.slice(0, differs);
}

const noFrames: FrameSet = new Set();

/** A fold copies the frames that no change falls into: two base runs of one table may have most frames in common. */
async function findCommonFrames(
  open: OpenRuns,
  a: RunRef | undefined,
  b: RunRef | undefined,
): Promise<FrameSet> {
  if (a?.kind !== 'base' || b?.kind !== 'base') return noFrames;
  const [inA, inB] = await Promise.all([open.open(a).readIndex(), open.open(b).readIndex()]);
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

/** `shared`: the runs that both sides read, or the frames that two runs have in common; newest first. */
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
