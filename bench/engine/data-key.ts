/** Which table: all data follow from these two. */
export interface DataKey {
  readonly seed: number;
  readonly items: number;
}
