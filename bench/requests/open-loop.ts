import { setTimeout as sleep } from 'node:timers/promises';

export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Answers {
  /** The milliseconds from when a call was due until its answer. */
  readonly times: readonly number[];
  /** How many calls were refused, by the error's name. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * Makes calls at a steady rate, whether or not earlier calls are answered, like independent callers. The time of a call
 * counts from when it was due, even if it was sent late.
 */
export async function callAtRate(
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
