/**
 * The tag of a table that is being restored; its value is the restore's id. Tidemark may write to tagged tables only.
 */
export const restoreTag = 'tidemark:restore';
