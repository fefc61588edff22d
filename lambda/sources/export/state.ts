import { DescribeExportCommand, type DynamoDBClient, type ExportDescription } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../../runtime/errors.ts';

/** What DynamoDB reports about an export that has ended. */
export interface ExportFacts {
  /** The key of `manifest-summary.json`, from the bucket's root. */
  readonly manifestKey: string;
  readonly items: number;
  readonly billedBytes: number;
}

export type ExportState =
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly facts: ExportFacts };

/** Checks whether an export has ended. Throws `ExportFailed` with the service's reason and the next step. */
export async function describeExport(dynamodb: DynamoDBClient, arn: string): Promise<ExportState> {
  const answer = await dynamodb.send(new DescribeExportCommand({ ExportArn: arn }));
  const description = answer.ExportDescription ?? {};
  const status = description.ExportStatus;
  if (status === 'IN_PROGRESS') return { status: 'running' };
  if (status === 'COMPLETED') return { status: 'done', facts: toFacts(description, arn) };
  if (status === 'FAILED') throw toError(description, arn);
  throw new TidemarkError('Internal', `${arn} is in the unknown state ${status}`);
}

function toFacts(description: ExportDescription, arn: string): ExportFacts {
  const { ExportManifest: manifestKey, ItemCount: items, BilledSizeBytes: billedBytes } = description;
  if (manifestKey === undefined || items === undefined || billedBytes === undefined) {
    throw new TidemarkError('Internal', `${arn} has ended, but its description has no manifest`);
  }
  return { manifestKey, items, billedBytes };
}

/**
 * The next step after a failed export, by the first letters of the service's failure code. The rights are those of
 * "Requesting a table export" in the DynamoDB Developer Guide.
 */
const nextSteps: readonly (readonly [string, string])[] = [
  ['S3NoSuchBucket', 'Create the bucket of the data sink, or name another one in the configuration'],
  [
    'S3AccessDenied',
    'Allow s3:PutObject, s3:PutObjectAcl and s3:AbortMultipartUpload on the bucket to the role that requests exports',
  ],
  [
    'Kms',
    'Make sure that the KMS key exists and is enabled, and allow kms:GenerateDataKey and kms:Decrypt with it to the role that ' +
      'requests exports',
  ],
];

function toError(
  { FailureCode: code = 'no code', FailureMessage: text = '' }: ExportDescription,
  arn: string,
) {
  const step = nextSteps.find(([start]) => code.toLowerCase().startsWith(start.toLowerCase()))?.[1];
  const next = step === undefined ? 'Request the backup again' : `${step}, then request the backup again`;
  return new TidemarkError('ExportFailed', `${arn} failed: ${code}: ${text}. ${next}.`);
}
