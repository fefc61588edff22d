import { assumptions } from '../../lambda/estimate/assumptions.ts';
import { cost, GB, prices } from '../../lambda/estimate/prices.ts';
import { chooseRangeCount } from '../../lambda/snapshot/format/hash-range.ts';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { maxMapItems } from '../../lambda/jobs/states.ts';
import { assumed, measured } from './scenario.ts';

/** What making backups takes of S3, Lambda and Step Functions. */
export interface Work {
  readonly puts: number;
  readonly gets: number;
  readonly functionSeconds: number;
  readonly invocations: number;
  readonly transitions: number;
  /** Left in staging, and deleted by the next sweep. */
  readonly stagedBytes: number;
}

/** A base of so many bytes of lines. */
export function baseWork(lineBytes: number): Work {
  return work(lineBytes, lineBytes, measured.ingestSecondsPerGb * (lineBytes / GB));
}

/**
 * An increment of so many bytes of lines, old and new images, that writes a run of so many. Its CPU time was measured at 1
 * percent of a base, and is taken to be in proportion to the changes.
 */
export function incrementWork(lineBytes: number, changedBytes: number, writtenBytes: number): Work {
  const perGbOfBase = measured.increment * measured.copySecondsPerGb;
  return work(changedBytes, writtenBytes, (perGbOfBase * lineBytes) / GB);
}

export function together(works: readonly Work[]): Work {
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

export function workUsd({ puts, gets, functionSeconds, invocations, transitions }: Work): number {
  return (
    cost(prices.s3.put, puts) +
    cost(prices.s3.get, gets) +
    cost(prices.lambda.gbSecond, functionSeconds * assumptions.functionGb) +
    cost(prices.lambda.request, invocations) +
    cost(prices.states.transition, transitions)
  );
}

/** Lines are read from staging and become sorted spills, one a task; each range reads its part of every spill. */
function work(stagedLines: number, writtenLines: number, cpuSeconds: number): Work {
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
    // Of a spill a range reads the index and its frames.
    gets: Math.ceil((staged + runs) / maxReadBytes) + 2 * tasks * ranges + rest,
    functionSeconds: cpuSeconds * assumed.slower,
    invocations: tasks + ranges + assumed.steps,
    transitions: (tasks + ranges) * assumed.childTransitions + assumed.steps,
    stagedBytes: staged + spills,
  };
}
