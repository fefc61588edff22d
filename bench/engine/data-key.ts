/** Identifies a table of the benchmark: all its data follow from these two numbers. */
export interface DataKey {
  readonly seed: number;
  readonly items: number;
}
