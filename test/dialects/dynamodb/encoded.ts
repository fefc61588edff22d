import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { arn, available, post, tableArn } from './fakes.ts';

/** The expected body of the answer, byte for byte. */
export async function bodyOf(operations: Operations, name: string, body: object): Promise<string> {
  return (await handle(operations, post(name, body), silentLog)).body;
}

/** The encoded details of the backup `available`. */
export const details = {
  BackupArn: arn,
  BackupName: 'nightly',
  BackupSizeBytes: 1900,
  BackupStatus: 'AVAILABLE',
  BackupType: 'USER',
  BackupCreationDateTime: 1576616366.715,
  Tidemark: {
    Kind: 'INCREMENTAL',
    Source: 'STREAM',
    Parent: '01576616300000-00000000',
    Cut: { Time: 1576616366.715 },
    Figures: {
      Items: 7,
      Bytes: 1900,
      CopiedBytes: 300,
      CopiedFiles: 2,
      CopiedRecords: 3,
      DurationsMs: { collect: 12 },
    },
    Digest: '00112233445566778899aabbccddeeff',
  },
};

/** The encoded description of the backup `available`. */
export const description = {
  BackupDetails: details,
  SourceTableDetails: {
    TableName: 'Music',
    TableId: '0b1c2d3e-0000-4000-8000-000000000001',
    TableArn: tableArn,
    TableSizeBytes: 2048,
    KeySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
    TableCreationDateTime: 1500000000.5,
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
    ItemCount: 7,
    BillingMode: 'PROVISIONED',
  },
  SourceTableFeatureDetails: {
    LocalSecondaryIndexes: available.description.localSecondaryIndexes,
    GlobalSecondaryIndexes: available.description.globalSecondaryIndexes,
    StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', InaccessibleEncryptionDateTime: 1500000001.25 },
  },
};

/** The encoded form of the estimate `estimated`. */
export const estimate = {
  Items: 7,
  Bytes: 1900,
  Ways: [
    { Way: 'IMPORT', Possible: false, Reason: 'an import makes no local secondary indexes' },
    {
      Way: 'WRITES',
      Possible: true,
      Usd: { Low: 0.000012, High: 0.5 },
      Seconds: { Low: 20, High: 121 },
    },
  ],
  Choice: { Way: 'WRITES', Why: 'restoreBy is writes' },
  Auto: { Way: 'WRITES', Why: 'an import makes no local secondary indexes' },
  Prices: { Region: 'us-east-1', AsOf: '2026-11-21' },
};
