/** The tag of a table that is being loaded; its value is the restore's id. The rights to write hang on it. */
export const restoreTag = 'tidemark:restore';
