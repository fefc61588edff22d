/**
 * The tag of a table that a restore makes. Its value proves which restore made the table (`restore/restore-tag.ts`), and
 * Tidemark may write to and delete only tables that have it. A complete table keeps the tag with the value `finished`,
 * which takes these rights away for good.
 */
export const restoreTag = 'tidemark:restore';

export const finishedValue = 'finished';
