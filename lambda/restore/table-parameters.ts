import type { LocalSecondaryIndex, SSEDescription, SSESpecification } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { selectKeyDefinitions } from './key-definitions.ts';

/**
 * Builds the parameters that both CreateTable and an import make the table with. The table is on demand while it
 * loads. It has its local indexes, because they cannot be added later (a table with local indexes is never imported),
 * but not its global ones: an item may be older than an index and have another type in its key, which cannot be
 * written.
 */
export function buildTableParameters(name: string, description: TableDescription) {
  const { keySchema, sse } = description;
  const local = description.localSecondaryIndexes as LocalSecondaryIndex[];
  return {
    TableName: name,
    KeySchema: [...keySchema],
    AttributeDefinitions: selectKeyDefinitions(description, [
      keySchema,
      ...local.map(({ KeySchema }) => KeySchema),
    ]),
    BillingMode: 'PAY_PER_REQUEST' as const,
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
    ...(sse?.SSEType === 'KMS' && { SSESpecification: encryptionOf(sse) }),
  };
}

/** The requested key or the source's own, whoever manages it; DynamoDB's default key if neither is named. */
function encryptionOf({ KMSMasterKeyArn: key }: SSEDescription): SSESpecification {
  return { Enabled: true, SSEType: 'KMS', ...(key !== undefined && { KMSMasterKeyId: key }) };
}
