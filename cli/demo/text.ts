const barWidth = 24;

/** Renders the progress of a step that started at `since` (by `performance.now()`): `[=====>   ] 12,000 / 20,000 items  4,310/s`. */
export function renderBar(done: number, total: number, since: number): string {
  const filled = Math.round((barWidth * Math.min(done, total)) / Math.max(1, total));
  const rest = barWidth - filled;
  const line = '='.repeat(filled) + (rest > 0 ? '>' : '') + ' '.repeat(Math.max(0, rest - 1));
  const perSecond = renderWhole((done * 1000) / Math.max(1, performance.now() - since));
  return `[${line}] ${renderWhole(done)} / ${renderWhole(total)} items  ${perSecond}/s`;
}

/** Renders a number, rounded: `12,000`. */
export function renderWhole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Renders milliseconds as seconds: `1.5 s`. */
export function renderSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Renders bytes as decimal megabytes, in which DynamoDB and S3 are billed. */
export function renderMegabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value.toFixed(value < 1 ? 3 : 1)} MB`;
}

/** Renders rows as lines with aligned columns: the first to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
