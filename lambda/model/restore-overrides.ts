import type {
  BillingMode,
  GlobalSecondaryIndexInfo,
  LocalSecondaryIndexInfo,
  OnDemandThroughput,
  ProvisionedThroughput,
  SSESpecification,
} from '@aws-sdk/client-dynamodb';

/** Settings that DynamoDB's own restore does not restore. Tidemark restores those that the request lists. */
export type KeptSetting = 'stream' | 'timeToLive' | 'tableClass' | 'deletionProtection';

/** What a restore's request wants to differ from the source table. */
export interface RestoreOverrides {
  readonly billingMode?: BillingMode;
  /** Each must match an index of the source. Absent: all indexes of the source. */
  readonly globalSecondaryIndexes?: readonly GlobalSecondaryIndexInfo[];
  /** Each must match an index of the source. Absent: all indexes of the source. */
  readonly localSecondaryIndexes?: readonly LocalSecondaryIndexInfo[];
  /** The table's own; each index has its own. */
  readonly provisionedThroughput?: ProvisionedThroughput;
  /** The table's own; each index has its own. */
  readonly onDemandThroughput?: OnDemandThroughput;
  readonly sse?: SSESpecification;
  /** The settings to restore, of those that DynamoDB's restore does not restore. Absent: none. */
  readonly keep?: readonly KeptSetting[];
  /** Read the table at the end and compare it with what was restored. Absent: as configured. */
  readonly verifyTarget?: boolean;
}
