import { describe, expect, test } from 'vitest';
import { answerTo, arn, available, failingOperations, fakeOperations } from './fakes.ts';

const estimate = {
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
const backup = { table: 'Music', id: available.id, arn };

describe('EstimateRestore', () => {
  test('answers both ways, with no more digits than are known', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'EstimateRestore', { BackupArn: arn })).toEqual({
      status: 200,
      answer: { Estimate: estimate },
    });
    expect(operations.estimateRestore).toHaveBeenCalledExactlyOnceWith(backup);
  });

  test('is refused for a backup that is not there yet, as a restore is', async () => {
    const refusals = await Promise.all(
      ['EstimateRestore', 'RestoreTableFromBackup'].map((name) =>
        answerTo(failingOperations('BackupNotAvailable'), name, {
          BackupArn: arn,
          TargetTableName: 'Music-copy',
        }),
      ),
    );
    expect(refusals[0]).toHaveProperty(
      'answer.__type',
      'com.amazonaws.dynamodb.v20120810#BackupInUseException',
    );
    expect(refusals[0]).toEqual(refusals[1]);
  });
});

describe('a dry run of RestoreTableFromBackup', () => {
  const asked = { TargetTableName: 'Music-copy', BackupArn: arn };
  const dry = { ...asked, TidemarkOptions: { DryRun: true, Keep: ['STREAM'] } };

  test('answers what the restore would, and what it would take; nothing is in progress', async () => {
    const operations = fakeOperations();
    const real = await answerTo(fakeOperations(), 'RestoreTableFromBackup', asked);
    const given = await answerTo(operations, 'RestoreTableFromBackup', dry);
    const { TableDescription: table } = real.answer as {
      TableDescription: { RestoreSummary: Record<string, unknown> };
    };
    expect(given).toEqual({
      status: 200,
      answer: {
        TableDescription: {
          ...table,
          RestoreSummary: { ...table.RestoreSummary, RestoreInProgress: false },
          Tidemark: { Estimate: estimate },
        },
      },
    });
    expect(operations.dryRunRestore).toHaveBeenCalledExactlyOnceWith({
      backup,
      target: 'Music-copy',
      overrides: { keep: ['stream'] },
    });
    expect(operations.restoreTable).not.toHaveBeenCalled();
  });

  test.each([undefined, null, false])('is none with DryRun %j', async (DryRun) => {
    const operations = fakeOperations();
    await answerTo(operations, 'RestoreTableFromBackup', { ...asked, TidemarkOptions: { DryRun } });
    expect(operations.dryRunRestore).not.toHaveBeenCalled();
    expect(operations.restoreTable).toHaveBeenCalledOnce();
  });

  test.each(['TableAlreadyExists', 'TableInUse', 'LimitExceeded', 'BackupNotFound', 'Validation'] as const)(
    'is refused as the restore is: %s',
    async (code) => {
      const [real, given] = await Promise.all(
        [asked, dry].map((body) => answerTo(failingOperations(code), 'RestoreTableFromBackup', body)),
      );
      expect(given).toEqual(real);
      expect(given?.status).toBe(400);
    },
  );
});
