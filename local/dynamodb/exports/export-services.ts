import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import type { Ids } from '../../../lambda/runtime/ids.ts';
import type { Log } from '../../../lambda/runtime/logger.ts';
import type { Secret } from '../../../lambda/secret/secret.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';

/** The services of exports and imports. */
export interface ExportServices {
  /** A client of the database itself, without exports and imports: it also sees tables that are being imported. */
  readonly dynamodb: DynamoDBClient;
  /** A client that rejects all streams but a table's latest (`local/dynamodb/streams-client.ts`). */
  readonly streams: DynamoDBStreamsClient;
  /** The buckets by name, each with its objects by their keys. No caller may name Tidemark's own bucket. */
  readonly buckets: ReadonlyMap<string, ObjectStore>;
  /** Signs the tokens of pages. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** A table's point-in-time recovery. Throws `TableNotFound`. */
  readonly recovery: (table: string) => Promise<PointInTimeRecovery>;
  /** The shortest window of an incremental export. DynamoDB's is 15 minutes, too long for tests. */
  readonly minWindowMs: number;
}
