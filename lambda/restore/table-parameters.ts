import type { LocalSecondaryIndex, SSEDescription, SSESpecification } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { selectKeyDefinitions } from './key-definitions.ts';

/**
 * What a table is made with, by a call or by an import: on demand while it loads, with its local indexes (they cannot be
 * added later; a table with some is not imported) and without its global ones: items may predate an index and have
 * another type in its key, which would be refused.
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

/** The key that the source had, whoever manages it, or the one that was asked; without either DynamoDB's default. */
function encryptionOf({ KMSMasterKeyArn: key }: SSEDescription): SSESpecification {
  return { Enabled: true, SSEType: 'KMS', ...(key !== undefined && { KMSMasterKeyId: key }) };
}
