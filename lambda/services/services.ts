import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Catalog } from '../catalog/catalog.ts';
import type { ContinuousBackups } from '../native/recovery.ts';
import type { NativeBackups } from '../native/native-backups.ts';
import type { BucketPlace } from '../storage/bucket-key.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Executions } from '../jobs/job.ts';
import type { Secret } from '../secret/secret.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Config } from './config.ts';
import type { Sinks } from './sinks.ts';
import type { Ids } from '../runtime/ids.ts';
import type { Log } from '../runtime/logger.ts';

/** All services of operations and steps. A function names the services that it uses with `Pick`. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly catalog: Catalog;
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  /** The deployment's own store. A step gets the store of its job's data sink in place of it. */
  readonly store: ObjectStore;
  readonly sinks: Sinks;
  readonly executions: Executions;
  /** Signs what may not be forged: staged objects and the tags of restored tables. */
  readonly secret: Secret;
  /** Reads and changes whether tables have point-in-time recovery. */
  readonly recovery: Pick<ContinuousBackups, 'describe' | 'update'>;
  readonly native: NativeBackups;
  /** The bucket and prefix of the store, for DynamoDB, which writes exports and reads imports there. */
  readonly bucketPlace: BucketPlace;
}
