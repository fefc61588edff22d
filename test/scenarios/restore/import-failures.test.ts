import { gzipSync } from 'node:zlib';
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { expectNothingHeld, createFilledTable, tableExists } from '../../support/fixture.ts';
import type { Harness, HarnessOptions } from '../../support/harness.ts';
import { readTableContent } from '../../support/tables.ts';
import {
  startImportHarness,
  intercept,
  newTargetName,
  restoreAndWait,
  serviceError,
} from '../../support/restore/imports.ts';
import type { RestoreJob } from '../../../lambda/jobs/job.ts';

const database = useDatabase();

type Around = NonNullable<HarnessOptions['around']>;

/** Stores another object among the materialized ones before the restore requests the import. */
function smuggleLine(line: string, store: () => ObjectStore): Around {
  return async (handler, input, run) => {
    if (handler === 'restore-import') {
      const { job } = input as { job: RestoreJob };
      const key = `staging/restore-${job.id}/import/smuggled.json.gz`;
      await store().put(key, gzipSync(line));
    }
    return run();
  };
}

async function expectFailed(harness: Harness, reason: RegExp): Promise<void> {
  const { backup } = await backUp(database, harness, await createFilledTable(database));
  const target = newTargetName();
  expect(await restoreAndWait(harness, backup, target)).toMatchObject({
    status: 'FAILED',
    way: 'import',
    reason: expect.stringMatching(reason),
  });
  expect(await tableExists(database, target)).toBe(false);
  await expectNothingHeld(harness, backup.table.name);
}

describe('a restore whose import fails', () => {
  it.each([
    [
      'of a line that is not an item',
      '{"Item":{"pk":{"S":"no sort key"}}}\n',
      /FAILED: ItemValidationError: /,
    ],
    ['of an item too many', '{"Item":{"pk":{"S":"new"},"sk":{"N":"1"}}}\n', /imported 21 items of 20/],
  ])('is FAILED with the reason and leaves no table, because %s', async (_case, line, reason) => {
    const harness: Harness = await startImportHarness(database, {
      around: smuggleLine(line, () => harness.store),
    });
    await expectFailed(harness, new RegExp(`^ImportFailed: arn:aws:dynamodb:.*/import/.*${reason.source}`));
  });

  it('waits in its abort for the running import, then removes the table', async () => {
    let waited = 0;
    // The import runs until the abort has waited for it twice.
    const hourMs = 3_600_000;
    const harness = await startImportHarness(
      database,
      {
        around: async (handler, _input, run) => {
          const answer = await run();
          if (handler === 'restore-import') throw new Error('no more');
          if (handler === 'restore-abort' && 'status' in answer && answer.status === 'wait' && ++waited > 1)
            database.clock.advance(hourMs);
          return answer;
        },
      },
      hourMs,
    );
    await expectFailed(harness, /workflow failed/);
    expect(waited).toBeGreaterThan(1);
  });

  it('removes the table even if every answer of ImportTable was lost', async () => {
    const harness = await startImportHarness(database);
    intercept(database, 'ImportTableCommand', async (send) => {
      // DynamoDB refuses a repeat once the first request's table exists.
      await send().catch(() => undefined);
      throw serviceError('TimeoutError');
    });
    await expectFailed(harness, /^TimeoutError/);
  });
});

describe('the import of a restore', () => {
  it.each([
    ['the client token finds it', 0],
    ['a repeat is refused because its table exists', 1],
  ])('is started once even if its answer is lost: %s', async (_case, refused) => {
    const harness = await startImportHarness(database);
    let calls = 0;
    intercept(database, 'ImportTableCommand', async (send) => {
      calls++;
      if (calls > 1 && refused > 0) throw serviceError('ResourceInUseException');
      const answer = await send();
      if (calls === 1) throw serviceError('TimeoutError');
      return answer;
    });
    const { backup, content } = await backUp(database, harness, await createFilledTable(database));
    const target = newTargetName();
    expect(await restoreAndWait(harness, backup, target)).toMatchObject({ status: 'RESTORED' });
    expect(calls).toBe(2);
    expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  });

  it('is started once DynamoDB no longer reports too many imports', async () => {
    const harness = await startImportHarness(database);
    let calls = 0;
    intercept(database, 'ImportTableCommand', (send) =>
      ++calls < 9 ? Promise.reject(serviceError('LimitExceededException', 'Too many imports')) : send(),
    );
    const { backup } = await backUp(database, harness, await createFilledTable(database));
    expect(await restoreAndWait(harness, backup, newTargetName())).toMatchObject({ status: 'RESTORED' });
    expect(calls).toBe(9);
  });

  it('is not started before all ranges are materialized', async () => {
    const harness = await startImportHarness(database, {
      around: (handler, _input, run) =>
        handler === 'restore-materialize' ? Promise.reject(new Error('no memory')) : run(),
    });
    intercept(database, 'ImportTableCommand', () => Promise.reject(new Error('the import was requested')));
    await expectFailed(harness, /workflow failed/);
  });
});

it('a table that replaces the imported one is neither written to nor removed', async () => {
  const target = newTargetName();
  const somebody = database.client();
  let replaced = false;
  const harness = await startImportHarness(database, {
    around: async (handler, _input, run) => {
      const answer = await run();
      if (handler === 'restore-import' && !replaced) {
        replaced = true;
        await somebody.send(new DeleteTableCommand({ TableName: target }));
        await somebody.send(
          new CreateTableCommand({
            TableName: target,
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ AttributeName: 'mine', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'mine', AttributeType: 'S' }],
          }),
        );
      }
      return answer;
    },
  });
  const { backup } = await backUp(database, harness, await createFilledTable(database));
  const record = await restoreAndWait(harness, backup, target);
  expect([record.status, record.reason]).toEqual([
    'FAILED',
    expect.stringMatching(/^TargetTableLost|^ImportFailed/),
  ]);
  expect(await readTableContent(database.dynamodb, target)).toEqual(new Map());
});
