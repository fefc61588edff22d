import type { TableDescription } from '@aws-sdk/client-dynamodb';

/**
 * The member in which an adapter puts the ARN of a stream that Tidemark keeps on a table for itself. Such a stream is
 * hidden, so the description has none of its other members. Only the embedded runtime keeps such streams. The member is a
 * symbol, because copies of a description keep it and JSON leaves it out.
 */
export const ownStream: unique symbol = Symbol('own stream');

/** A table's description, with the mark if Tidemark keeps a stream on the table for itself. */
export type MarkedTable = TableDescription & { readonly [ownStream]?: string };
