import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeContinuousBackupsCommand,
  DescribeExportCommand,
  DescribeTableCommand,
  ExportTableToPointInTimeCommand,
  ImportTableCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import {
  createClients,
  createTable,
  createTemporaryFolder,
  fill,
  startTestRuntime,
} from '../../support/local/support.ts';
import { eventually } from '../../support/wire/support.ts';

/* A caller of the embedded runtime names the places of Tidemark's own objects as places of an export or an import. */

test('a caller’s export to tables/ is stored in the callers’ own bucket, and no request can name Tidemark’s bucket', async () => {
  const home = await createTemporaryFolder();
  const { dynamodb } = createClients((await startTestRuntime(home)).url);
  const TableName = 'orders';
  await createTable(dynamodb, TableName);
  await fill(dynamodb, TableName, 5);
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  await eventually(async () => {
    const found = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
    const { PointInTimeRecoveryDescription: recovery } = found.ContinuousBackupsDescription ?? {};
    return recovery?.LatestRestorableDateTime !== undefined;
  });
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  const TableArn = Table?.TableArn;
  const exportTo = (S3Bucket: string) =>
    dynamodb.send(new ExportTableToPointInTimeCommand({ TableArn, S3Bucket, S3Prefix: 'tables' }));

  const { ExportDescription } = await exportTo('tidemark');
  const ExportArn = ExportDescription?.ExportArn;
  const done = await eventually(async () => {
    const found = await dynamodb.send(new DescribeExportCommand({ ExportArn }));
    return found.ExportDescription?.ExportStatus !== 'IN_PROGRESS' && found.ExportDescription;
  });
  expect(done).toMatchObject({ ExportStatus: 'COMPLETED' });
  expect(await readdir(join(home, 'bucket', 'tables'))).toEqual(['AWSDynamoDB']);
  expect(await readdir(join(home, 'store', 'tables')).catch(() => [])).not.toContain('AWSDynamoDB');

  const refusal = expect.objectContaining({ name: 'ValidationException' });
  await expect(exportTo('tidemark-store')).rejects.toEqual(refusal);
  const importing = dynamodb.send(
    new ImportTableCommand({
      S3BucketSource: { S3Bucket: 'tidemark-store', S3KeyPrefix: 'staging/' },
      InputFormat: 'DYNAMODB_JSON',
      TableCreationParameters: {
        TableName: 'stolen',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    }),
  );
  await expect(importing).rejects.toEqual(refusal);
});
