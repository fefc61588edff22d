const barWidth = 24;

/** `[=====>   ] 12,000 / 20,000 items  4,310/s`, of a step that began at `since` (of `performance.now()`). */
export function bar(done: number, total: number, since: number): string {
  const filled = Math.round((barWidth * Math.min(done, total)) / Math.max(1, total));
  const rest = barWidth - filled;
  const line = '='.repeat(filled) + (rest > 0 ? '>' : '') + ' '.repeat(Math.max(0, rest - 1));
  const perSecond = whole((done * 1000) / Math.max(1, performance.now() - since));
  return `[${line}] ${whole(done)} / ${whole(total)} items  ${perSecond}/s`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Decimal megabytes, as DynamoDB and S3 are billed by. */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value.toFixed(value < 1 ? 3 : 1)} MB`;
}

/** Lines with aligned columns: the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
