import type { WindowLimits } from '../../services/config.ts';

/** The changes from one time (inclusive) to another (exclusive), epoch ms. */
export interface ExportWindow {
  readonly from: number;
  readonly to: number;
}

export interface WindowSituation {
  /** Where the parent ends: the time of its export, epoch ms of a whole second. */
  readonly parentTime: number;
  readonly marker: number;
  /**
   * The time since which recovery keeps changes, epoch ms. If it is after the parent, point-in-time recovery was off in
   * between.
   */
  readonly earliestRestorable: number;
}

/**
 * Windows in order, none if the parent ends exactly at the requested time; or the reason why there can be no windows,
 * so that the backup needs an older parent or a full export.
 */
export type ExportWindows = { readonly windows: readonly ExportWindow[] } | { readonly why: string };

const secondMs = 1000;

/**
 * The time at which to export a table for a marker: the first whole second after the marker. An export ends before its
 * time, which is a whole second. So it holds every write until the marker, and no write more than a second later.
 */
export function exportTimeOf(marker: number): number {
  return (Math.floor(marker / secondMs) + 1) * secondMs;
}

/**
 * Computes the time at which to export a table whose recovery was enabled for the request, and so begins a little after the
 * marker. DynamoDB describes the earliest restorable time in whole seconds, rounded down, so an export at exactly that time
 * may lie before it. An export without a time would not be refused, but its time has milliseconds: later exports of changes
 * have whole seconds, and would leave a gap or repeat changes.
 */
export function computeFirstExportTime(marker: number, earliestRestorable: number): number {
  return Math.max(exportTimeOf(marker), exportTimeOf(earliestRestorable));
}

/**
 * Plans the windows of changes from a parent to a marker. Each begins where the one before ends, and all have about the same
 * length, so that none is too short.
 */
export function planWindows(
  { parentTime, marker, earliestRestorable }: WindowSituation,
  { minMs, maxMs }: WindowLimits,
): ExportWindows {
  const end = computeFirstExportTime(marker, earliestRestorable);
  const length = end - parentTime;
  if (length === 0) return { windows: [] };
  if (length < 0) return { why: 'the parent holds changes after the marker' };
  if (length < minMs) {
    return { why: `the parent is less than ${minMs / secondMs} seconds older than the marker` };
  }
  if (parentTime < earliestRestorable) {
    return { why: 'the changes since the parent are no longer kept' };
  }
  const count = Math.ceil(length / maxMs);
  const boundary = (i: number): number => parentTime + Math.floor((i * length) / count / secondMs) * secondMs;
  return {
    windows: Array.from({ length: count }, (_, i) => ({ from: boundary(i), to: boundary(i + 1) })),
  };
}
