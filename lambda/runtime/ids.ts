import { randomBytes } from 'node:crypto';

/** Random names are injected, so that tests can make them collide. */
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
