import * as fc from 'fast-check';
import type { NetChange, OldImage } from '../../../lambda/snapshot/compact/net-change.ts';
import { digestImage } from '../../../lambda/snapshot/format/digest.ts';

const anyState = fc.option(fc.string({ maxLength: 3 }), { nil: undefined });
const anyGap = fc.oneof(fc.bigInt(1n, 3n), fc.bigInt(1n, 10n ** 20n));

/** The states of a key, one after another. Each but the first has the difference between its sequence number and the one before. */
export const anyHistory = fc.record({
  before: anyState,
  steps: fc.array(fc.tuple(anyGap, anyState), { minLength: 1, maxLength: 8 }),
});
export type History = typeof anyHistory extends fc.Arbitrary<infer T> ? T : never;

function toOldImage(state: string | undefined): OldImage | undefined {
  if (state === undefined) return undefined;
  const image = Buffer.from(state);
  return { digest: digestImage(image), bytes: 100 + image.length };
}

export function makeNetChange(
  key: string,
  orders: [string, string],
  states: [string | undefined, string | undefined],
): NetChange {
  const [before, after] = states;
  return {
    hash: BigInt(key.length % 2),
    key: Buffer.from(key),
    first: orders[0],
    last: orders[1],
    old: toOldImage(before),
    image: after === undefined ? undefined : Buffer.from(after),
    imageBytes: after === undefined ? 0 : 200 + after.length,
  };
}

/** The single changes of a history, in order. */
export function listChanges(key: string, { before, steps }: History): NetChange[] {
  let order = 0n;
  let state = before;
  return steps.map(([gap, next]) => {
    order += gap;
    const change = makeNetChange(key, [String(order), String(order)], [state, next]);
    state = next;
    return change;
  });
}

/** Returns the net change of a history: from before its first change to after its last. */
export function netChangeOf(key: string, history: History): NetChange {
  const single = listChanges(key, history);
  return makeNetChange(
    key,
    [single[0]?.first ?? '', single.at(-1)?.last ?? ''],
    [history.before, history.steps.at(-1)?.[1]],
  );
}
