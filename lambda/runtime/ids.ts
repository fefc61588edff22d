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
