/** The time of a piece of work, in seconds. */
export interface Cost {
  /** User and system time of all threads of the process. */
  readonly cpu: number;
  readonly wall: number;
}

/** Does a piece of work and measures its time. */
export async function measureCost(work: () => Promise<unknown>): Promise<Cost> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - startedAt) / 1000 };
}

export interface Repetitions {
  /** How many runs come first, for V8 to compile the code. Their results are dropped. */
  readonly warm: number;
  readonly times: number;
}

/** Repeats a measurement and returns the results, without those of the warm-up. */
export async function repeat<T>({ warm, times }: Repetitions, once: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < warm + times; i++) {
    const result = await once();
    if (i >= warm) results.push(result);
  }
  return results;
}

export function medianCost(costs: readonly Cost[]): Cost {
  return { cpu: median(costs.map(({ cpu }) => cpu)), wall: median(costs.map(({ wall }) => wall)) };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that is at least as large as this share (0 to 1) of the values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
