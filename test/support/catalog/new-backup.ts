import { randomUUID } from 'node:crypto';
import type { NewBackup } from '../../../lambda/catalog/new-backup.ts';
import type { Commit } from '../../../lambda/catalog/commit-writes.ts';
import type { Claim } from '../../../lambda/catalog/turn-writes.ts';

/** Makes a request for a backup of a table of this name, with only the required members. */
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

/** The values that the execution of a first full backup commits. */
export function commitOf(claim: Claim): Commit {
  return {
    claim,
    headSeen: undefined,
    tableId: 'id',
    marker: 1,
    manifestSha256: '',
    oldestRun: claim.backup,
    ends: { stream: '' },
    internal: false,
    result: {
      kind: 'full',
      source: 'scan',
      parent: undefined,
      digest: '',
      figures: { items: 0, bytes: 0, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 },
    },
  };
}
