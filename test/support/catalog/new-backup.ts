import { randomUUID } from 'node:crypto';
import type { NewBackup } from '../../../lambda/catalog/backups.ts';

/** A request for a backup of a table of this name, as short as it can be. */
export function newBackup(table: string): NewBackup {
  return {
    name: 'backup',
    table: {
      name: table,
      arn: `arn:aws:dynamodb:eu-west-1:123456789012:table/${table}`,
      tableId: randomUUID(),
    },
    description: {
      keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      createdAt: 0,
      sizeBytes: 0,
      itemCount: 0,
      billingMode: 'PAY_PER_REQUEST',
      localSecondaryIndexes: [],
      globalSecondaryIndexes: [],
    },
  };
}
