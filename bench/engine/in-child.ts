import { fileURLToPath } from 'node:url';
import type { Cases, Settings } from './cases.ts';
import { outputOf } from './run.ts';
import type { DataKey } from './data-key.ts';

/** Where a case works: with which data, in a store in which folder. */
export interface Place {
  readonly data: DataKey;
  readonly folder: string;
}

export interface Assignment extends Place {
  readonly name: keyof Cases;
  readonly settings: Settings;
}

export interface Answer {
  readonly result: object;
  /** The most memory that the process ever held, of all kinds. */
  readonly peakBytes: number;
}

export type Result<N extends keyof Cases> = Awaited<ReturnType<Cases[N]>>;

const script = fileURLToPath(new URL('child.ts', import.meta.url));

/**
 * Measures a case in a process of its own: nothing that ran before has compiled its code, filled its heap or raised its
 * peak memory. The heap is bounded as a small Lambda's. Throws `BenchError`.
 */
export async function inChild<N extends keyof Cases>(
  name: N,
  place: Place,
  settings: Settings,
): Promise<{ result: Result<N>; peakBytes: number }> {
  const assignment: Assignment = { name, settings, data: place.data, folder: place.folder };
  const flags = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=512'];
  const answer = JSON.parse(
    await outputOf(process.execPath, [...flags, script, JSON.stringify(assignment)]),
  ) as Answer;
  return { result: answer.result as Result<N>, peakBytes: answer.peakBytes };
}
