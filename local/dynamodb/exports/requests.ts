import type { Input } from '../../../lambda/dialects/dynamodb/members.ts';
import {
  maxLength,
  maxValue,
  minLength,
  minValue,
  oneOf,
} from '../../../lambda/dialects/dynamodb/constraints.ts';

/** The members of the requests of exports and imports, with the constraints of the API reference. */

const arn = { type: 'string', constraints: [minLength(1), maxLength(1024)] } as const;
const bucket = { type: 'string', required: true, constraints: [maxLength(255)] } as const;
const keyPrefix = { type: 'string', constraints: [maxLength(1024)] } as const;
const maps = { type: 'list', of: { type: 'map' } } as const;
const token = { type: 'string', constraints: [maxLength(2048)] } as const;
const page = { type: 'integer', constraints: [minValue(1), maxValue(25)] } as const;

export const exportMembers = {
  TableArn: { ...arn, required: true },
  ExportTime: { type: 'timestamp' },
  ClientToken: { type: 'string' },
  S3Bucket: bucket,
  S3BucketOwner: { type: 'string' },
  S3Prefix: keyPrefix,
  S3SseAlgorithm: { type: 'string', constraints: [oneOf('AES256', 'KMS')] },
  S3SseKmsKeyId: { type: 'string', constraints: [minLength(1), maxLength(2048)] },
  ExportFormat: { type: 'string', constraints: [oneOf('DYNAMODB_JSON', 'ION')] },
  ExportType: { type: 'string', constraints: [oneOf('FULL_EXPORT', 'INCREMENTAL_EXPORT')] },
  IncrementalExportSpecification: {
    type: 'structure',
    shape: 'IncrementalExportSpecification',
    members: {
      ExportFromTime: { type: 'timestamp' },
      ExportToTime: { type: 'timestamp' },
      ExportViewType: { type: 'string', constraints: [oneOf('NEW_IMAGE', 'NEW_AND_OLD_IMAGES')] },
    },
  },
  FilterSpecification: { type: 'map' },
} as const;

export type ExportRequest = Omit<Input<typeof exportMembers>, 'ClientToken'>;

export const importMembers = {
  ClientToken: { type: 'string' },
  S3BucketSource: {
    type: 'structure',
    shape: 'S3BucketSource',
    required: true,
    members: { S3BucketOwner: { type: 'string' }, S3Bucket: bucket, S3KeyPrefix: keyPrefix },
  },
  InputFormat: { type: 'string', required: true, constraints: [oneOf('DYNAMODB_JSON', 'ION', 'CSV')] },
  InputFormatOptions: { type: 'map' },
  InputCompressionType: { type: 'string', constraints: [oneOf('GZIP', 'ZSTD', 'NONE')] },
  // Fewer than CreateTable has: no local indexes, tags, stream, class or protection. CreateTable checks their values.
  TableCreationParameters: {
    type: 'structure',
    shape: 'TableCreationParameters',
    required: true,
    members: {
      TableName: { type: 'string', required: true },
      AttributeDefinitions: { ...maps, required: true },
      KeySchema: { ...maps, required: true },
      BillingMode: { type: 'string' },
      ProvisionedThroughput: { type: 'map' },
      OnDemandThroughput: { type: 'map' },
      SSESpecification: { type: 'map' },
      GlobalSecondaryIndexes: maps,
    },
  },
} as const;

export type ImportRequest = Omit<Input<typeof importMembers>, 'ClientToken'>;

export const listExportsMembers = { TableArn: arn, MaxResults: page, NextToken: token } as const;
export const listImportsMembers = { TableArn: arn, PageSize: page, NextToken: token } as const;
export const describeExportMembers = { ExportArn: { ...arn, required: true } } as const;
export const describeImportMembers = { ImportArn: { ...arn, required: true } } as const;
