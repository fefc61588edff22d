import type { ImportSummary } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createRestoreId } from '../../lambda/model/ids.ts';
import type { RestoreRecord } from '../../lambda/model/records.ts';
import { findImport } from '../../lambda/restore/import-job.ts';
import { importSourceOf } from '../../lambda/restore/import-source.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import type { Services } from '../../lambda/services/services.ts';
import { createAnsweringClient } from '../support/answering-client.ts';
import { testSecret } from '../support/secret.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';

const tableArn = (name: string) => `arn:aws:dynamodb:eu-west-1:123456789012:table/${name}`;
const createRestore = (time: number) =>
  ({
    id: createRestoreId(time, '00000000'),
    target: 'target',
    source: { name: 'source', arn: tableArn('source'), tableId: 'table' },
  }) as RestoreRecord;
const [own, earlier] = [createRestore(2), createRestore(1)];

const services = {
  bucketPlace: { bucket: 'bucket', prefix: '' },
  log: silentLog,
  secret: testSecret,
  store: createMemoryStore(),
} as unknown as Services;

const summarize = (restore: RestoreRecord): ImportSummary => ({
  ImportArn: `import-of-${restore.id}`,
  S3BucketSource: importSourceOf(services, restore),
});

/** Finds the restore's import while DynamoDB lists imports in these pages. */
function findAmong(pages: readonly (readonly ImportSummary[])[]) {
  const dynamodb = createAnsweringClient((input, command) => {
    if (command === 'ListImportsCommand') {
      const page = Number((input as { NextToken?: string }).NextToken ?? 0);
      const isLast = page === pages.length - 1;
      return { ImportSummaryList: pages[page], ...(!isLast && { NextToken: String(page + 1) }) };
    }
    const { ImportArn } = input as { ImportArn: string };
    const restore = [own, earlier].find(({ id }) => ImportArn.endsWith(id)) ?? own;
    return {
      ImportTableDescription: {
        ImportArn,
        ClientToken: restore.id,
        S3BucketSource: importSourceOf(services, restore),
        TableArn: tableArn('target'),
      },
    };
  });
  return findImport({ ...services, dynamodb }, own);
}

describe('the import of a restore whose record has no ARN', () => {
  const found = { ImportArn: `import-of-${own.id}` };

  it('is the listed one that reads the folder of the restore, not that of an earlier restore to the same table', async () => {
    expect(await findAmong([[summarize(earlier), summarize(own)]])).toMatchObject(found);
  });

  it('is found on a later page of the list', async () => {
    expect(await findAmong([[summarize(earlier)], [], [summarize(own)]])).toMatchObject(found);
  });

  it('does not exist if only those of other restores are listed', async () => {
    expect(await findAmong([[summarize(earlier)]])).toBeUndefined();
  });
});
