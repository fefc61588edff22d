import { StreamGap } from '../../tables/stream.ts';
import type { Staging } from '../../jobs/staging.ts';
import type { Collected, CollectWork, SourceServices } from '../source.ts';
import { stageStream } from '../stage-stream.ts';
import { findLanesAround } from '../stream-cut.ts';
import type { ScanOrigin } from './choose.ts';
import { type ScanResult, scanTask } from './stage-segment.ts';

/** A scan sees every write that is older than its start by more than this, even if the clocks differ. */
const clockSkewSeconds = 60;

/**
 * Adds the stream's records that bring the scanned items to the cut: records that may be newer than the scanned items, and
 * old images that undo later writes. Throws `StreamGap` if the stream does not hold them.
 */
export async function collectScan(
  services: SourceServices,
  { stream, segments }: ScanOrigin,
  work: CollectWork,
): Promise<Collected> {
  const { marker, startedAt } = work.plan;
  const scanned = await readScanResults(work.staging, segments);
  // From this second on, a record may be newer than the scanned item.
  const firstUnseen = Math.floor(startedAt / 1000) - clockSkewSeconds;
  // After the first such record every record counts, even if its time is a little earlier: otherwise the older of two
  // records of a key could count, and the newer one not. Counting more records than necessary does no harm.
  let isUnseen = work.part > 0;
  const collected = await stageStream(services, work, {
    stream,
    async findLanes(shards) {
      const { enabled } = await shards.describe();
      // A write that the scan saw cannot be corrected if the stream has no record of it.
      if (!enabled) throw new StreamGap('the stream was switched off during the scan');
      // Every record before the lanes counts as before the cut and as seen by the scan, so the lanes must begin long before
      // both.
      const second = Math.min(Math.floor(marker / 1000) - clockSkewSeconds, firstUnseen);
      return findLanesAround(services.streams, shards, second);
    },
    isChange({ second }) {
      isUnseen ||= second >= firstUnseen;
      return isUnseen;
    },
    correctUntil: Math.max(0, ...scanned.map(({ endedAt }) => endedAt)),
    since: marker,
  });
  if (collected.status !== 'done') return collected;
  return { status: 'done', files: [...scanned.flatMap(({ files }) => files), ...collected.files] };
}

async function readScanResults(staging: Staging, segments: number): Promise<ScanResult[]> {
  const tasks = Array.from({ length: segments }, (_, i) => staging.readParts<ScanResult>(scanTask(i)));
  return (await Promise.all(tasks)).flat();
}
