/** Tables that the configuration names together. They are found when somebody asks, so a new table belongs at once. */
export interface TableGroup {
  readonly name: string;
  /** Names and patterns such as `orders-*`. A table of the group matches one of them. */
  readonly tables: readonly string[];
  /** Tags that a table of the group has as well, each with this value. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Adds the group `all` of every table that Tidemark may back up, unless there is a group of this name. */
export function addAllTables(groups: readonly TableGroup[]): readonly TableGroup[] {
  return groups.some(({ name }) => name === 'all') ? groups : [...groups, { name: 'all', tables: ['*'] }];
}
