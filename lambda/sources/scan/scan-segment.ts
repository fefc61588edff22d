import {
  type AttributeValue,
  type DynamoDBClient,
  paginateScan,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';

/**
 * The maximum number of items in a page. DynamoDB ends a page at 1 MB anyway; embedded databases page only if there is
 * a limit.
 */
const pageItems = 1000;

/** Reads one segment of a table by pages, strongly consistent; `start` is the last key that was read before. */
export function scanSegment(
  dynamodb: DynamoDBClient,
  table: string,
  segment: { readonly number: number; readonly of: number },
  start?: Record<string, AttributeValue>,
): AsyncGenerator<ScanCommandOutput> {
  return paginateScan(
    { client: dynamodb, pageSize: pageItems, startingToken: start },
    {
      TableName: table,
      ConsistentRead: true,
      ...(segment.of > 1 && { Segment: segment.number, TotalSegments: segment.of }),
    },
  );
}
