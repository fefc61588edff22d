import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Machine } from '../lambda/jobs/job.ts';
import type { CatalogTable } from './catalog/catalog-table.ts';
import type { FunctionSettings } from './functions/tidemark-function.ts';
import type { UserTables } from './rights/user-tables.ts';
import type { SecretKey } from './rights/secret-key.ts';
import type { SnapshotBucket } from './store/snapshot-bucket.ts';

/** The parts of the stack that several constructs use. */
export interface StackParts {
  readonly catalog: CatalogTable;
  readonly store: SnapshotBucket;
  readonly tables: UserTables;
  readonly secret: SecretKey;
  readonly settings: FunctionSettings;
}

/** The two state machines of the stack. */
export type Machines = Readonly<Record<Machine, StateMachine>>;
