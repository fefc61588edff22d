import { BackupsUnavailable } from '../../tables/table.ts';
import { promisedMs } from '../limits.ts';
import {
  continueFirst,
  type Continuation,
  passOver,
  type Refusal,
  refuse,
  refuseUnreachable,
  type Situation,
} from '../source.ts';
import type { ExportRange } from './request.ts';
import { planWindows, computeFirstExportTime } from './windows.ts';

/**
 * The content that DynamoDB exports: the whole table as of one time, or the changes since the parent in consecutive
 * windows. The list of ranges is empty if the parent ends exactly at the requested time.
 */
export interface ExportOrigin {
  readonly source: 'export';
  readonly ranges: readonly ExportRange[];
}

/**
 * Chooses the first parent for which recovery still has all later changes, in windows that DynamoDB can export.
 */
export function continueByExports(situation: Situation): Continuation<ExportOrigin> {
  const { recovery, parents, marker, onlyIncrement, config } = situation;
  if (onlyIncrement) return passOver();
  if (recovery === undefined) return passOver('point-in-time recovery is off');
  return continueFirst('export', parents, ({ ends }) => {
    if (!('exportTime' in ends)) return 'it ends in a stream';
    const request = { parentTime: ends.exportTime, marker, earliestRestorable: recovery.earliest };
    if (computeFirstExportTime(marker, recovery.earliest) > marker + promisedMs) {
      return 'point-in-time recovery does not reach back to the time of the request';
    }
    const found = planWindows(request, config.exportWindow);
    return 'windows' in found ? { source: 'export', ranges: found.windows } : found.why;
  });
}

/** Plans an export of the whole table if recovery reaches back to the request. */
export function planExport({ table, marker, recovery }: Situation): ExportOrigin | Refusal {
  if (recovery === undefined) return refuse(new BackupsUnavailable(table, 'recovery'));
  const time = computeFirstExportTime(marker, recovery.earliest);
  if (time <= marker + promisedMs) return { source: 'export', ranges: [{ time }] };
  return refuseUnreachable(
    'point-in-time recovery does not reach back to the time of the request; request a new backup',
  );
}
