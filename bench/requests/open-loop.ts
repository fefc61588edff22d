import { setTimeout as sleep } from 'node:timers/promises';

export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Answers {
  /** Milliseconds from when a call was due to its answer. */
  readonly times: readonly number[];
  /** How many calls were refused, by the error's name. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * Calls at a steady rate, whether earlier calls are answered or not, as callers who do not know of each other. A call
 * that is sent late has waited since it was due.
 */
export async function openLoop(
  { perSecond, seconds }: Load,
  call: (n: number) => Promise<unknown>,
): Promise<Answers> {
  const times: number[] = [];
  const refused: Record<string, number> = {};
  const answered: Promise<void>[] = [];
  const start = performance.now();
  for (let n = 0; n < Math.ceil(perSecond * seconds); n++) {
    const due = start + (n * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    const answer = call(n).then(
      () => {
        times.push(performance.now() - due);
      },
      ({ name }: Error) => {
        refused[name] = (refused[name] ?? 0) + 1;
      },
    );
    answered.push(answer);
  }
  await Promise.all(answered);
  return { times, refused };
}
