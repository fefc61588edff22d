import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

export interface ScanPage {
  readonly items: readonly Record<string, AttributeValue>[];
  /** Where to go on; absent at the end. */
  readonly next: Record<string, AttributeValue> | undefined;
}

/** Items asked for at a time; DynamoDB ends a page at 1 MB anyway. Embedded databases need a Limit to page at all. */
const pageItems = 1000;

/** The items of one segment of a table, by pages, strongly consistent, from behind `start`. */
export async function* scanSegment(
  dynamodb: DynamoDBClient,
  table: string,
  segment: { readonly number: number; readonly of: number },
  start?: Record<string, AttributeValue>,
): AsyncGenerator<ScanPage> {
  let next = start;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        Limit: pageItems,
        ...(segment.of > 1 && { Segment: segment.number, TotalSegments: segment.of }),
        ...(next && { ExclusiveStartKey: next }),
      }),
    );
    next = page.LastEvaluatedKey;
    yield { items: page.Items ?? [], next };
  } while (next !== undefined);
}
