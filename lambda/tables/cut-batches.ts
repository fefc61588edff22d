/** BatchWriteItem accepts at most 25 items. */
const maxBatchItems = 25;

/**
 * BatchWriteItem accepts at most 16 MB over the network, regardless of the stored size: an item of 400 KB may be 4 MB of
 * JSON. A batch is far smaller, so that little is sent again if DynamoDB refuses a part of it.
 */
const maxBatchBytes = 1024 ** 2;

/** The bytes of a request around the JSON of one item. */
const wrapperBytes = '{"PutRequest":{"Item":}},'.length;

/** Cuts items into batches, each small enough for one BatchWriteItem. `jsonBytesOf`: the length of an item as JSON. */
export function* cutBatches<T>(items: Iterable<T>, jsonBytesOf: (item: T) => number): Generator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = jsonBytesOf(item) + wrapperBytes;
    if (batch.length === maxBatchItems || (batch.length > 0 && bytes + size > maxBatchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
