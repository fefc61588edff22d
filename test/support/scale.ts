/** How many times more often than by default slow property tests run. The gate sets 4. */
const scale = Number(process.env['TIDEMARK_TEST_SCALE'] || 1);

/** Multiplies the number of runs of a slow property test by the scale. */
export function scaleRuns(runs: number): number {
  if (!(scale > 0)) throw new Error('TIDEMARK_TEST_SCALE must be a number above 0');
  return Math.ceil(runs * scale);
}
