import { BackupsUnavailable } from '../../tables/table.ts';
import { oldestParentMs, promisedMs } from '../limits.ts';
import { type Refusal, refuse, refuseUnreachable, type Situation } from '../source.ts';

/** The whole table, scanned in parallel segments, and corrected to one point in time by its stream. */
export interface ScanOrigin {
  readonly source: 'scan';
  /** The stream's ARN. */
  readonly stream: string;
  /** The number of segments. */
  readonly segments: number;
}

/** Plans a scan if the stream, which must correct the scan, reaches back to the request. */
export function planScan({ table, now, marker, stream, config }: Situation): ScanOrigin | Refusal {
  if (stream === undefined) return refuse(new BackupsUnavailable(table, 'stream'));
  if (now - marker > oldestParentMs || stream.createdAt > marker + promisedMs) {
    return refuseUnreachable(
      'the stream does not hold the changes around the time of the request; request a new backup',
    );
  }
  return { source: 'scan', stream: stream.arn, segments: config.scanSegments };
}
