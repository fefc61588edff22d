import { isError } from '../../runtime/errors.ts';

/** Something that is wrong with a stored object. It names no key and no value. */
export interface Problem {
  /** The object's key in the store. */
  readonly object: string;
  /** Where in the object, in bytes. */
  readonly offset?: number;
  readonly problem: string;
}

/** So many problems are kept; further ones are only counted. */
const maxProblems = 100;

/** What a verification looked at and what is wrong with it. */
export class Findings {
  /** Frames that were read and checked. */
  frames = 0;
  /** Items of the snapshot; with a share those in the frames that were drawn. */
  items = 0;
  problemCount = 0;
  readonly problems: Problem[] = [];

  add(problem: Problem): void {
    this.problemCount++;
    if (this.problems.length < maxProblems) this.problems.push(problem);
  }

  /** What the reading gives; undefined if it shows that the object is damaged or missing, which is noted. */
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
