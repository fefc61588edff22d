/** A fault of one place in the code, as a tired engineer could make it. */
export interface Mutant {
  readonly file: string;
  /** Text of the file that occurs in it exactly once. */
  readonly from: string;
  /** What stands there instead. */
  readonly to: string;
  /** What the fault would do to a user. */
  readonly harm: string;
  /** The test files that should notice it. */
  readonly tests: readonly string[];
  /** Set if no test can notice it: why it changes nothing that anybody could see. */
  readonly equivalent?: string;
}

/** Returns the source with the fault. Throws if its text does not occur exactly once: then the list is out of date. */
export function applyMutant(source: string, { file, from, to }: Mutant): string {
  const count = source.split(from).length - 1;
  if (count !== 1) throw new Error(`${file} has ${count} times, not once: ${from}`);
  return source.replace(from, () => to);
}
