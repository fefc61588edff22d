import type { WindowLimits } from '../../services/config.ts';

/** A range of changes, epoch ms: from (inclusive) to (exclusive). */
export interface ExportWindow {
  readonly from: number;
  readonly to: number;
}

export interface WindowSituation {
  /** The end of what the parent holds: the time of its export, epoch ms of a whole second. */
  readonly parentTime: number;
  readonly marker: number;
  /** Since when changes are kept, epoch ms. Later than the parent: point-in-time recovery was off in between. */
  readonly earliestRestorable: number;
}

/** Windows in order, none if the parent ends at just that time; or why there can be no such windows, so that an older parent or a full export must serve. */
export type ExportWindows = { readonly windows: readonly ExportWindow[] } | { readonly why: string };

const secondMs = 1000;

/**
 * The time to export a table at for a marker: the first whole second after it. An export ends before its time, and knows
 * whole seconds only, so it holds every write until the marker and nothing of more than a second later.
 */
export function exportTimeOf(marker: number): number {
  return (Math.floor(marker / secondMs) + 1) * secondMs;
}

/** The same where changes are kept only since a time: recovery that was switched on for the request begins a little after it. */
export function firstExportTime(marker: number, earliestRestorable: number): number {
  return Math.max(exportTimeOf(marker), Math.ceil(earliestRestorable / secondMs) * secondMs);
}

/**
 * The windows of changes that lead from a parent to a marker: each begins where the one before ends, and all are of
 * about the same length, so that none is too short.
 */
export function exportWindows(
  { parentTime, marker, earliestRestorable }: WindowSituation,
  { minMs, maxMs }: WindowLimits,
): ExportWindows {
  const end = firstExportTime(marker, earliestRestorable);
  const length = end - parentTime;
  if (length === 0) return { windows: [] };
  if (length < 0) return { why: 'the parent holds what came after the marker' };
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
