import {
  type AttributeDefinition,
  type GlobalSecondaryIndexInfo,
  type KeySchemaElement,
  type LocalSecondaryIndexInfo,
  type OnDemandThroughput,
  type Projection,
  type ProvisionedThroughput,
  type SSEDescription,
  type StreamSpecification,
  type TimeToLiveDescription,
  BillingMode,
  KeyType,
  ProjectionType,
  ScalarAttributeType,
  SSEStatus,
  SSEType,
  StreamViewType,
  TableClass,
  TimeToLiveStatus,
} from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import {
  isBoolean,
  isListOf,
  isMemberOf,
  isMissing,
  isNumber,
  isObjectOf,
  isOptional,
  isText,
} from './checks.ts';

const isKeySchema = isListOf(
  isObjectOf<KeySchemaElement>({ AttributeName: isText, KeyType: isMemberOf(KeyType) }),
);

const isProvisionedThroughput = isObjectOf<ProvisionedThroughput>({
  ReadCapacityUnits: isNumber,
  WriteCapacityUnits: isNumber,
});

const isOnDemandThroughput = isObjectOf<OnDemandThroughput>({
  MaxReadRequestUnits: isOptional(isNumber),
  MaxWriteRequestUnits: isOptional(isNumber),
});

const localIndex = {
  IndexName: isText,
  KeySchema: isKeySchema,
  Projection: isObjectOf<Projection>({
    ProjectionType: isOptional(isMemberOf(ProjectionType)),
    NonKeyAttributes: isOptional(isListOf(isText)),
  }),
};

/** The description of a table, as the records of its backups and restores hold it. */
export const isTableDescription = isObjectOf<TableDescription>({
  keySchema: isKeySchema,
  attributeDefinitions: isListOf(
    isObjectOf<AttributeDefinition>({
      AttributeName: isText,
      AttributeType: isMemberOf(ScalarAttributeType),
    }),
  ),
  createdAt: isNumber,
  sizeBytes: isNumber,
  itemCount: isNumber,
  billingMode: isMemberOf(BillingMode),
  provisionedThroughput: isOptional(isProvisionedThroughput),
  onDemandThroughput: isOptional(isOnDemandThroughput),
  localSecondaryIndexes: isListOf(isObjectOf<LocalSecondaryIndexInfo>(localIndex)),
  globalSecondaryIndexes: isListOf(
    isObjectOf<GlobalSecondaryIndexInfo>({
      ...localIndex,
      ProvisionedThroughput: isOptional(isProvisionedThroughput),
      OnDemandThroughput: isOptional(isOnDemandThroughput),
    }),
  ),
  stream: isOptional(
    isObjectOf<StreamSpecification>({
      StreamEnabled: isBoolean,
      StreamViewType: isOptional(isMemberOf(StreamViewType)),
    }),
  ),
  timeToLive: isOptional(
    isObjectOf<TimeToLiveDescription>({
      TimeToLiveStatus: isOptional(isMemberOf(TimeToLiveStatus)),
      AttributeName: isOptional(isText),
    }),
  ),
  sse: isOptional(
    isObjectOf<SSEDescription>({
      Status: isOptional(isMemberOf(SSEStatus)),
      SSEType: isOptional(isMemberOf(SSEType)),
      KMSMasterKeyArn: isOptional(isText),
      // The catalog stores no dates.
      InaccessibleEncryptionDateTime: isMissing,
    }),
  ),
  tableClass: isOptional(isMemberOf(TableClass)),
  deletionProtection: isOptional(isBoolean),
});
