import { isError } from '../../runtime/errors.ts';

/** A problem with a stored object. Its text contains no key and no value of an item. */
export interface Problem {
  /** The object's key in the store. */
  readonly object: string;
  /** The place in the object, in bytes. */
  readonly offset?: number;
  readonly problem: string;
}

/** At most this many problems are kept; further ones are only counted. */
const maxProblems = 100;

/** The counts of a verification so far, and the problems that it has found. */
export class Findings {
  /** The number of frames that were read and checked. */
  frames = 0;
  /** The number of items in the snapshot or, for a sample, in the frames that were drawn. */
  items = 0;
  problemCount = 0;
  readonly problems: Problem[] = [];

  add(problem: Problem): void {
    this.problemCount++;
    if (this.problems.length < maxProblems) this.problems.push(problem);
  }

  /**
   * Awaits the reading of an object. If that throws `SnapshotCorrupt`, records the damage and returns undefined; other
   * errors are thrown.
   */
  async recordDamage<T>(object: string, reading: Promise<T>, offset?: number): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (!isError(error, 'SnapshotCorrupt')) throw error;
      this.add({ object, ...(offset !== undefined && { offset }), problem: error.message });
      return undefined;
    }
  }
}
