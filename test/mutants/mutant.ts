/** A mistake at one place in the code, such as a tired engineer could make. */
export interface Mutant {
  readonly file: string;
  /** Text of the file that occurs in it exactly once. */
  readonly from: string;
  /** The text that replaces it. */
  readonly to: string;
  /** The harm that the mutant would do to a user. */
  readonly harm: string;
  /** The test files that should fail. */
  readonly tests: readonly string[];
  /** The reason why no test can fail, if nobody could see the difference. */
  readonly equivalent?: string;
}

/** Returns the mutated source. Throws if the text does not occur exactly once, because then the list is out of date. */
export function applyMutant(source: string, { file, from, to }: Mutant): string {
  const count = source.split(from).length - 1;
  if (count !== 1) throw new Error(`${file} has ${count} times, not once: ${from}`);
  return source.replace(from, () => to);
}
