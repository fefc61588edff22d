import type { TableDescription } from '@aws-sdk/client-dynamodb';

/**
 * The member by which an adapter marks the ARN of a stream that Tidemark keeps on a table for itself. Nobody is shown that
 * stream, so the description has none of its other members. The embedded runtime keeps such streams. A symbol, because
 * copies of a description keep it and JSON leaves it out.
 */
export const ownStream: unique symbol = Symbol('own stream');

/** A table's description, with the mark if Tidemark keeps a stream on the table for itself. */
export type MarkedTable = TableDescription & { readonly [ownStream]?: string };
