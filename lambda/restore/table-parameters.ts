import type { LocalSecondaryIndex, SSEDescription, SSESpecification } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { selectKeyDefinitions } from './key-definitions.ts';

/**
 * Builds the parameters with which CreateTable or an import makes the table. The table is on demand while it loads. It has
 * its local indexes, because they cannot be added later (a table with local indexes is never imported). It has no global
 * indexes yet: DynamoDB refuses to write an item whose attribute has another type than the key of an index. Such an item may
 * be in the backup, if it is older than the index.
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

/** Describes the encryption by the requested key or the source's. Without either, DynamoDB's default key is used. */
function encryptionOf({ KMSMasterKeyArn: key }: SSEDescription): SSESpecification {
  return { Enabled: true, SSEType: 'KMS', ...(key !== undefined && { KMSMasterKeyId: key }) };
}
