import { DynamoDBClient, DynamoDBServiceException, type ExportDescription } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type ExportRequest, startExport } from '../../../lambda/sources/export/request.ts';
import { describeExport } from '../../../lambda/sources/export/state.ts';

const tableArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/Music';
const arn = `${tableArn}/export/01700000000000-a1b2c3d4`;
const place = { bucket: 'bucket', prefix: 'sink/staging/backup' };
const request: ExportRequest = {
  tableArn,
  clientToken: 'backup-0',
  place,
  what: { time: 1_700_000_000_000 },
};

/** Creates a client that gives every call this answer, and records the requests. */
function clientAnswering(answer: ExportDescription | Error): { client: DynamoDBClient; asked: unknown[] } {
  const client = new DynamoDBClient({ region: 'eu-west-1' });
  const asked: unknown[] = [];
  client.middlewareStack.add(
    () => async (call) => {
      asked.push(call.input);
      if (answer instanceof Error) throw answer;
      return { response: {}, output: { ExportDescription: answer, $metadata: {} } };
    },
    { step: 'initialize' },
  );
  return { client, asked };
}

function exception(name: string): DynamoDBServiceException {
  return new DynamoDBServiceException({ name, $fault: 'client', message: `${name} text`, $metadata: {} });
}

describe('startExport', () => {
  it('requests an export of the table at a time', async () => {
    const { client, asked } = clientAnswering({ ExportArn: arn });
    expect(await startExport(client, request)).toBe(arn);
    expect(asked).toEqual([
      {
        TableArn: tableArn,
        ClientToken: 'backup-0',
        S3Bucket: 'bucket',
        S3Prefix: 'sink/staging/backup',
        ExportFormat: 'DYNAMODB_JSON',
        ExportTime: new Date(1_700_000_000_000),
      },
    ]);
  });

  it('names the key that encrypts the bucket, because DynamoDB would otherwise request another encryption', async () => {
    const { client, asked } = clientAnswering({ ExportArn: arn });
    const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/a-key';
    await startExport(client, { ...request, place: { ...place, keyArn } });
    expect(asked).toMatchObject([{ S3SseAlgorithm: 'KMS', S3SseKmsKeyId: keyArn }]);
  });

  it('requests an export of the changes of a window, with both images', async () => {
    const { client, asked } = clientAnswering({ ExportArn: arn });
    const what = { from: 1_700_000_000_000, to: 1_700_003_600_000 };
    await startExport(client, { ...request, what, place: { bucket: 'bucket', prefix: '' } });
    expect(asked).toEqual([
      {
        TableArn: tableArn,
        ClientToken: 'backup-0',
        S3Bucket: 'bucket',
        ExportFormat: 'DYNAMODB_JSON',
        ExportType: 'INCREMENTAL_EXPORT',
        IncrementalExportSpecification: {
          ExportFromTime: new Date(what.from),
          ExportToTime: new Date(what.to),
          ExportViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ]);
  });
});

describe('startExport if DynamoDB refuses the export', () => {
  it.each([
    [
      'PointInTimeRecoveryUnavailableException',
      'ContinuousBackupsUnavailable',
      'Switch on point-in-time recovery',
    ],
    ['TableNotFoundException', 'TableNotFound', 'deleted'],
    ['InvalidExportTimeException', 'CutUnreachable', 'no longer be restored, or not yet'],
    ['ExportConflictException', 'Internal', 'token'],
    ['LimitExceededException', 'LimitExceeded', 'Too many exports'],
    ['ValidationException', 'Validation', 'not started'],
  ])('turns %s into %s, with DynamoDB’s message and a remedy', async (name, code, next) => {
    const { client } = clientAnswering(exception(name));
    await expect(startExport(client, request)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(`Export of ${tableArn} refused: ${name} text. .*${next}`) as unknown,
    });
  });

  it('throws any other error unchanged', async () => {
    const error = exception('InternalServerError');
    await expect(startExport(clientAnswering(error).client, request)).rejects.toBe(error);
  });
});

describe('describeExport', () => {
  const ended: ExportDescription = {
    ExportStatus: 'COMPLETED',
    ExportManifest: 'sink/staging/backup/AWSDynamoDB/x/manifest-summary.json',
    ItemCount: 0,
    BilledSizeBytes: 0,
  };
  const facts = { manifestKey: ended.ExportManifest, items: 0, billedBytes: 0 };

  it('reports an export that is running', async () => {
    const { client, asked } = clientAnswering({ ExportStatus: 'IN_PROGRESS' });
    expect(await describeExport(client, arn)).toEqual({ status: 'running' });
    expect(asked).toEqual([{ ExportArn: arn }]);
  });

  it('reports a completed export, with its counts', async () => {
    expect(await describeExport(clientAnswering(ended).client, arn)).toEqual({ status: 'done', facts });
  });

  it.each([
    ['S3NoSuchBucket', 'Create the bucket of the data sink, .*, then request the backup again'],
    ['S3AccessDenied', 'Allow s3:PutObject, s3:PutObjectAcl and s3:AbortMultipartUpload'],
    ['KmsNotFoundException', 'KMS key exists'],
    ['KMSAccessDeniedException', 'kms:GenerateDataKey'],
    ['Surprise', 'Request the backup again'],
  ])('throws for an export that failed with %s, with a remedy', async (code, next) => {
    const { client } = clientAnswering({
      ExportStatus: 'FAILED',
      FailureCode: code,
      FailureMessage: 'its text',
    });
    await expect(describeExport(client, arn)).rejects.toMatchObject({
      code: 'ExportFailed',
      message: expect.stringMatching(`${arn} failed: ${code}: its text\\. .*${next}`) as unknown,
    });
  });

  it.each<[string, ExportDescription]>([
    ['in no state', {}],
    ['done without a manifest', { ...ended, ExportManifest: undefined }],
    ['done without a count', { ...ended, ItemCount: undefined }],
  ])('throws for an answer that is %s', async (_name, description) => {
    await expect(describeExport(clientAnswering(description).client, arn)).rejects.toMatchObject({
      code: 'Internal',
    });
  });
});
