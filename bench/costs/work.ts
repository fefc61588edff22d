import { assumptions } from '../../lambda/estimate/assumptions.ts';
import { computeCost, GB, prices } from '../../lambda/estimate/prices.ts';
import { chooseRangeCount } from '../../lambda/snapshot/format/hash-range.ts';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { maxMapItems } from '../../lambda/jobs/states.ts';
import { assumed, measured } from './scenario.ts';

/** The use of S3, Lambda and Step Functions by backups. */
export interface Work {
  readonly puts: number;
  readonly gets: number;
  readonly functionSeconds: number;
  readonly invocations: number;
  readonly transitions: number;
  /** The bytes in staging, which the next sweep deletes. */
  readonly stagedBytes: number;
}

/** Plans the work of a base with this many bytes of lines. */
export function planBase(lineBytes: number): Work {
  return planWork(lineBytes, lineBytes, measured.ingestSecondsPerGb * (lineBytes / GB));
}

/**
 * Plans the work of an increment of a base with `lineBytes` of lines. `changedBytes`: the lines of old and new images.
 * `writtenBytes`: the lines of the run that it writes. The CPU time was measured for changes of 1 percent of a base.
 */
export function planIncrement(lineBytes: number, changedBytes: number, writtenBytes: number): Work {
  const perGbOfBase = measured.increment * measured.copySecondsPerGb;
  return planWork(changedBytes, writtenBytes, (perGbOfBase * lineBytes) / GB);
}

/** Adds up works. */
export function addWork(works: readonly Work[]): Work {
  const sum = (name: keyof Work) => works.reduce((total, each) => total + each[name], 0);
  return {
    puts: sum('puts'),
    gets: sum('gets'),
    functionSeconds: sum('functionSeconds'),
    invocations: sum('invocations'),
    transitions: sum('transitions'),
    stagedBytes: sum('stagedBytes'),
  };
}

/** The price of work. */
export function computeWorkUsd({ puts, gets, functionSeconds, invocations, transitions }: Work): number {
  return (
    computeCost(prices.s3.put, puts) +
    computeCost(prices.s3.get, gets) +
    computeCost(prices.lambda.gbSecond, functionSeconds * assumptions.functionGb) +
    computeCost(prices.lambda.request, invocations) +
    computeCost(prices.states.transition, transitions)
  );
}

/** Plans a backup: each task turns staged lines into a sorted spill, and each range reads its part of every spill. */
function planWork(stagedLines: number, writtenLines: number, cpuSeconds: number): Work {
  const { taskBytes, partitionBytes, maxRanges, maxReadBytes } = defaultLimits;
  const tasks = Math.min(maxMapItems, Math.ceil(stagedLines / taskBytes));
  const ranges = chooseRangeCount(writtenLines, partitionBytes, maxRanges);
  const [staged, spills, runs] = [
    stagedLines / measured.gzip,
    stagedLines / measured.zstd,
    writtenLines / measured.zstd,
  ];
  const rest = (tasks + ranges) * assumed.taskRequests + assumed.steps;
  return {
    puts: Math.ceil((staged + spills + runs) / assumed.uploadBytes) + rest,
    // Each range reads the index and its own frames of each spill.
    gets: Math.ceil((staged + runs) / maxReadBytes) + 2 * tasks * ranges + rest,
    functionSeconds: cpuSeconds * assumed.slower,
    invocations: tasks + ranges + assumed.steps,
    transitions: (tasks + ranges) * assumed.childTransitions + assumed.steps,
    stagedBytes: staged + spills,
  };
}
