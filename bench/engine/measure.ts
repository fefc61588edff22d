/** What a piece of work took, in seconds. */
export interface Cost {
  /** User and system time of all threads of the process. */
  readonly cpu: number;
  readonly wall: number;
}

export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - startedAt) / 1000 };
}

export interface Repetitions {
  /** So many go before, whose results are dropped: then the code is compiled. */
  readonly warm: number;
  readonly times: number;
}

/** The results of the measured repetitions, made one after the other. */
export async function repeated<T>({ warm, times }: Repetitions, once: () => Promise<T>): Promise<T[]> {
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

/** The smallest of the values that so large a share of them does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
