import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import type { Ids } from '../../../lambda/runtime/ids.ts';
import type { Log } from '../../../lambda/runtime/logger.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';

/** What exports and imports are answered with. */
export interface ExportServices {
  /** Not one that they answer: it sees tables that are being imported. */
  readonly dynamodb: DynamoDBClient;
  /** One that refuses streams which are not their table's latest (`local/dynamodb/streams-client.ts`). */
  readonly streams: DynamoDBStreamsClient;
  /** What the bucket holds; its keys are the objects'. */
  readonly store: ObjectStore;
  /** The name of the only bucket that there is. */
  readonly bucket: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** A table's point-in-time recovery. Throws `TableNotFound`. */
  readonly recovery: (table: string) => Promise<PointInTimeRecovery>;
  /** The shortest window of an incremental export. DynamoDB's is 15 minutes, for which tests do not wait. */
  readonly minWindowMs: number;
}
