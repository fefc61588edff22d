import type {
  BillingMode,
  GlobalSecondaryIndexInfo,
  LocalSecondaryIndexInfo,
  OnDemandThroughput,
  ProvisionedThroughput,
  SSESpecification,
} from '@aws-sdk/client-dynamodb';

/** Settings that DynamoDB's own restore leaves off, and that Tidemark gives back if it is asked to. */
export type KeptSetting = 'stream' | 'timeToLive' | 'tableClass' | 'deletionProtection';

/** What a restore is asked to make otherwise than the source table was. */
export interface RestoreOverrides {
  readonly billingMode?: BillingMode;
  /** Absent: all of the source's; each must be one of them. */
  readonly globalSecondaryIndexes?: readonly GlobalSecondaryIndexInfo[];
  /** Absent: all of the source's; each must be one of them. */
  readonly localSecondaryIndexes?: readonly LocalSecondaryIndexInfo[];
  /** The table's; an index has its own. */
  readonly provisionedThroughput?: ProvisionedThroughput;
  /** The table's; an index has its own. */
  readonly onDemandThroughput?: OnDemandThroughput;
  readonly sse?: SSESpecification;
  /** Absent: none. */
  readonly keep?: readonly KeptSetting[];
}
