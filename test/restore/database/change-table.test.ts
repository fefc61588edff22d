import { describe, expect, it, onTestFinished } from 'vitest';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { startHarness } from '../../support/harness.ts';
import { readTableContent, putItem } from '../../support/tables.ts';
import { intercept, newTargetName, restoreAndWait, serviceError } from '../../support/restore/imports.ts';
import { createRichTable, describeTable, throughput } from '../../support/restore/rich-table.ts';

const database = useDatabase();

const tooMany =
  'Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously';

/** How many times a failing step is tried before its restore is aborted. */
const maxTries = 5;

describe('a loaded table that DynamoDB refuses to change for longer than a step is retried', () => {
  it.each([
    ['LimitExceededException', 'UpdateTableCommand', 'GlobalSecondaryIndexUpdates'],
    ['LimitExceededException', 'UpdateTableCommand', 'BillingMode'],
    ['ResourceInUseException', 'UpdateTableCommand', 'BillingMode'],
    ['LimitExceededException', 'UpdateTimeToLiveCommand', 'TimeToLiveSpecification'],
  ])('is kept, and gets its setting later: %s of %s for %s', async (error, command, member) => {
    const harness = await startHarness(database);
    onTestFinished(() => harness.close());
    const source = `source-${randomIds.hex(8)}`;
    await createRichTable(database, source);
    await putItem(database.dynamodb, source, { pk: { S: 'a' }, sk: { N: '1' }, global: { S: 'g' } });
    const { backup, content } = await backUp(database, harness, source);
    const target = newTargetName();
    let refused = 0;
    intercept(database, command, async (send, input) => {
      if (member in input && refused < 2 * maxTries) {
        refused++;
        throw serviceError(error, tooMany);
      }
      return send();
    });
    const record = await restoreAndWait(harness, backup, target, { keep: ['timeToLive'] });
    expect([record.status, record.reason, refused]).toEqual(['RESTORED', undefined, 2 * maxTries]);
    expect(await readTableContent(database.dynamodb, target)).toEqual(content);
    expect(await describeTable(database, target)).toMatchObject({
      ProvisionedThroughput: throughput,
      GlobalSecondaryIndexes: expect.arrayContaining([
        expect.objectContaining({ IndexName: 'global-index' }),
      ]) as object,
    });
  });
});

it('a restore fails with the reason when DynamoDB reports an exceeded throughput quota', async () => {
  const harness = await startHarness(database);
  onTestFinished(() => harness.close());
  const source = `source-${randomIds.hex(8)}`;
  await createRichTable(database, source);
  const { backup } = await backUp(database, harness, source);
  const target = newTargetName();
  const quota = 'The provisioned throughput of the account is limited to 80000 write capacity units';
  intercept(database, 'UpdateTableCommand', async (send, input) => {
    if ('BillingMode' in input) throw serviceError('LimitExceededException', quota);
    return send();
  });
  expect(await restoreAndWait(harness, backup, target)).toMatchObject({
    status: 'FAILED',
    reason: expect.stringContaining(quota),
  });
});
