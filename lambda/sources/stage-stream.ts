import { Budget } from '../jobs/budget.ts';
import { pauseSeconds } from '../jobs/pause.ts';
import { type PartResult, namePart, type Staging } from '../jobs/staging.ts';
import { reasonOf } from '../runtime/errors.ts';
import { isBusy } from '../runtime/throttling.ts';
import type { Cut } from '../snapshot/format/manifest.ts';
import { ShardList } from '../tables/shard-list.ts';
import { StreamGap, type StreamRecord } from '../tables/stream.ts';
import type { Collected, CollectWork, SourceServices } from './source.ts';
import { type StagedFile, StagedFiles } from './staged-files.ts';
import { type CutRules, cutOf, type Lane, type Reader, readLanes } from './stream-cut.ts';

/**
 * How a source reads a stream. Records up to the cut are changes. Past the cut, records correct a scan or an export that
 * may already hold later writes: the old image of a key's first record past the cut is the key's item at the cut, and
 * restores it.
 *
 * ```
 * stream   ... | changes ............... | corrections ....... |
 *              where the lanes begin     the cut               correctUntil
 * ```
 */
export interface StreamReading {
  /** The stream's ARN. */
  readonly stream: string;
  /** Finds where the first part begins to read; a later part begins where the part before it ended. */
  findLanes(shards: ShardList): Promise<Lane[]>;
  /** False for a record up to the cut that is no change, because the scan or the export holds its write. */
  isChange(record: StreamRecord): boolean;
  /** Epoch ms until which a scan or an export may hold writes; 0 if only the stream is read. */
  readonly correctUntil: number;
  /** Epoch ms from which on the stream must still hold every record. */
  readonly since: number;
}

/** The services that the reading of a stream uses. */
type StreamServices = Pick<SourceServices, 'clock' | 'config' | 'ids' | 'log' | 'store' | 'streams'>;

/** The result of one part of the reading: what it staged, and how far it read. */
export interface StreamResult extends PartResult {
  readonly files: readonly StagedFile[];
  readonly lanes: readonly Lane[];
}

/** The task's name in the staging folder. */
export const streamTask = 'stream';

/** Streams keep records for 24 hours. */
const streamMemoryMs = 24 * 60 * 60 * 1000;

/** The shortest wait after DynamoDB has throttled the reading. */
const minWaitSeconds = 5;

/**
 * Stages a stream's records up to the cut, and corrections past it. Waits until the records of the marker's second, and
 * the corrections, can be read, and while DynamoDB throttles the calls: many backups of an account may begin in one minute. Throws `StreamGap` if the stream no longer holds them, and `ClockSkewTooLarge`.
 */
export async function stageStream(
  services: StreamServices,
  work: CollectWork,
  reading: StreamReading,
): Promise<Collected> {
  const { clock, log } = services;
  const { id, marker } = work.plan;
  try {
    return await stagePart(services, work, reading);
  } catch (error) {
    const age = clock.now() - marker;
    if (!isBusy(error) || age > streamMemoryMs) throw error;
    log.warn('no room to read the stream', { backup: id, reason: reasonOf(error) });
    return { status: 'wait', waitSeconds: pauseSeconds(age, minWaitSeconds) };
  }
}

async function stagePart(
  services: StreamServices,
  { plan, staging, part }: CollectWork,
  reading: StreamReading,
): Promise<Collected> {
  const { clock, config } = services;
  const readableAt = Math.max(plan.marker, reading.correctUntil) + config.settleMs;
  const waitSeconds = Math.ceil((readableAt - clock.now()) / 1000);
  if (waitSeconds > 0) return { status: 'wait', waitSeconds };
  const shards = new ShardList(services.streams, reading.stream);
  // By a clock that is ahead, the stream would be read before it shows the last writes.
  if (config.settleMs > 0) await shards.checkClock(clock);
  const rules: CutRules = {
    shards,
    markerSecond: Math.floor(plan.marker / 1000),
    until: Math.ceil((reading.correctUntil + config.settleMs) / 1000),
    emptyPages: config.emptyPages,
  };
  const { done } = await staging.publishOnce<StreamResult>(namePart(streamTask, part), () =>
    readPart(services, staging, part, rules, reading),
  );
  if (!done) return { status: 'more' };
  const parts = await staging.readParts<StreamResult>(streamTask);
  return { status: 'done', files: parts.flatMap(({ files }) => files) };
}

/** Finds the cut of the records that `stageStream` has staged. */
export async function findStreamCut(stream: string, staging: Staging): Promise<Cut> {
  const parts = await staging.readParts<StreamResult>(streamTask);
  return { stream, shards: cutOf(parts.at(-1)?.lanes ?? []) };
}

async function readPart(
  services: StreamServices,
  staging: Staging,
  part: number,
  rules: CutRules,
  reading: StreamReading,
): Promise<StreamResult> {
  const { clock, config, ids, store } = services;
  const attempt = ids.hex(8);
  const files = new StagedFiles(store, config.limits.stagedFileBytes, (n) =>
    staging.key(`${streamTask}/${part}-${attempt}-${n}.json.gz`),
  );
  const lanes = part === 0 ? await reading.findLanes(rules.shards) : await readLanesOf(staging, part - 1);
  const budget = new Budget(clock, config.timeBudgetMs);
  const done = await readLanes(services, lanes, rules, createStagingReader(reading, files, budget));
  if (clock.now() - reading.since > streamMemoryMs) {
    throw new StreamGap('the changes since the last snapshot may have been trimmed');
  }
  return { done, files: await files.close(), lanes };
}

/** Reads the lanes at which a part ended. Lanes are moved in place, so each caller gets its own copy. */
async function readLanesOf(staging: Staging, part: number): Promise<Lane[]> {
  const { lanes } = await staging.read<StreamResult>(namePart(streamTask, part));
  return lanes.map((lane) => ({ ...lane }));
}

function createStagingReader(reading: StreamReading, files: StagedFiles, budget: Budget): Reader {
  return {
    isOverdue: () => budget.isSpent(),
    async take(record: StreamRecord, isPastCut: boolean): Promise<void> {
      const { sequence, keys, oldImage, newImage } = record;
      if (isPastCut) {
        await files.addChange({ order: reverse(sequence), keys, oldImage: undefined, newImage: oldImage });
      } else if (reading.isChange(record)) {
        await files.addChange({ order: toOrder(sequence), keys, oldImage, newImage });
      }
    },
  };
}

/**
 * Turns a sequence number into an order. DynamoDB promises only digits, so a stream may pad its numbers with zeros; orders
 * are compared as numbers. The lanes keep the original text, by which the stream knows its positions.
 */
function toOrder(sequence: string): string {
  return String(BigInt(sequence));
}

/**
 * Turns a sequence number (at most 40 digits) into an order above every sequence number. The later the record, the smaller
 * the order, so the first record past the cut wins.
 */
function reverse(sequence: string): string {
  return String(2n * 10n ** 41n - BigInt(sequence));
}
