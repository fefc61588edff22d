import { fileURLToPath } from 'node:url';
import type { Cases, Settings } from './cases.ts';
import { runProgram } from './run.ts';
import type { DataKey } from './data-key.ts';

/** The data that a case works on, and the folder of its store. */
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
  /** The peak resident memory of the process. */
  readonly peakBytes: number;
}

export type Result<N extends keyof Cases> = Awaited<ReturnType<Cases[N]>>;

const script = fileURLToPath(new URL('child.ts', import.meta.url));

/**
 * Measures a case in a process of its own, so that no earlier case has compiled its code, filled its heap or raised its
 * peak memory. The heap is limited like that of a small Lambda function. Throws `BenchError`.
 */
export async function measureInChild<N extends keyof Cases>(
  name: N,
  place: Place,
  settings: Settings,
): Promise<{ result: Result<N>; peakBytes: number }> {
  const assignment: Assignment = { name, settings, data: place.data, folder: place.folder };
  const flags = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=512'];
  const answer = JSON.parse(
    await runProgram(process.execPath, [...flags, script, JSON.stringify(assignment)]),
  ) as Answer;
  return { result: answer.result as Result<N>, peakBytes: answer.peakBytes };
}
