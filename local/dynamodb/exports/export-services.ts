import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import type { Ids } from '../../../lambda/runtime/ids.ts';
import type { Log } from '../../../lambda/runtime/logger.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';

/** What exports and imports work with. */
export interface ExportServices {
  /** A client that they do not answer: it also sees tables that are being imported. */
  readonly dynamodb: DynamoDBClient;
  /** A client that rejects all streams but a table's latest (`local/dynamodb/streams-client.ts`). */
  readonly streams: DynamoDBStreamsClient;
  /** The content of the bucket, by the objects' keys. */
  readonly store: ObjectStore;
  /** The name of the only bucket. */
  readonly bucket: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** A table's point-in-time recovery. Throws `TableNotFound`. */
  readonly recovery: (table: string) => Promise<PointInTimeRecovery>;
  /** The shortest window of an incremental export. DynamoDB's is 15 minutes, too long for tests. */
  readonly minWindowMs: number;
}
