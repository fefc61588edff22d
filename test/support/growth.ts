import { measureCpuMs } from './cpu-time.ts';

/** Quadratic work of this length takes seconds, and work that takes less than `maxMs` cannot be quadratic. */
const screen = { length: 64 * 1024, maxMs: 1 };

/** Times below this one are too short to compare. */
const minMs = 4;
const maxLength = 512 * 1024;
const samples = 5;

/**
 * Measures how the time of some work grows when its length doubles: the mean over two doublings. About 2 is linear, 4
 * quadratic. Returns 0 for work that takes next to no time at any length. Of several times the
 * shortest counts, because a busy machine can only add to it, and a result that is not clear is measured again. `prepare` makes the work for a length, untimed; the work may
 * throw.
 */
export function measureGrowth(prepare: (length: number) => () => unknown): number {
  const timeOf = (length: number, times = 1) => {
    const work = prepare(length);
    const run = () =>
      measureCpuMs(() => {
        try {
          work();
        } catch {
          // Refusing a text takes time, too.
        }
      });
    return Math.min(...Array.from({ length: times }, run));
  };
  let { length } = screen;
  if (timeOf(length, 2) < screen.maxMs) return 0;
  while (timeOf(length) < minMs && length < maxLength) length *= 2;
  const measure = () => {
    const longest = timeOf(4 * length, samples);
    return longest < minMs ? 0 : Math.sqrt(longest / timeOf(length, samples));
  };
  let growth = measure();
  for (let again = 0; again < 2 && growth >= 2.5; again++) growth = Math.min(growth, measure());
  return growth;
}
