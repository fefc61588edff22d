import { randomBytes } from 'node:crypto';

/** The source of random names. It is injected, so that tests can make names collide. */
export interface Ids {
  /** `count` hex digits. */
  hex(count: number): string;
}

export const randomIds: Ids = {
  hex: (count) =>
    randomBytes(Math.ceil(count / 2))
      .toString('hex')
      .slice(0, count),
};

/**
 * Returns the members in the same order, but starting at a random one: so a caller that runs out of time does not miss the
 * same members every time.
 */
export function rotateRandomly<T>(members: readonly T[], ids: Ids): T[] {
  const first = members.length === 0 ? 0 : Number.parseInt(ids.hex(8), 16) % members.length;
  return [...members.slice(first), ...members.slice(0, first)];
}
