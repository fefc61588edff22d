import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { describeTable, findTable } from '../../../lambda/tables/table.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

const database = useDatabase();
let harness: Harness;
let table: string;

beforeAll(async () => {
  harness = await startHarness(database);
  table = await createFilledTable(database, 1);
});
afterAll(() => harness.close());

/** Runs the work while IAM refuses calls of these names, with messages that name the deployment's roles. */
async function whileRefused<T>(names: readonly string[], name: string, work: () => Promise<T>): Promise<T> {
  const { middlewareStack } = database.dynamodb;
  middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (names.includes(commandName ?? '') && 'TableName' in call.input && call.input.TableName === name)
          throw Object.assign(new Error('User: arn:aws:sts::1:assumed-role/api'), {
            name: 'AccessDeniedException',
          });
        return next(call);
      },
    { step: 'initialize', name: 'refuse' },
  );
  try {
    return await work();
  } finally {
    middlewareStack.remove('refuse');
  }
}

const notCovered = (name: string) => ({
  code: 'AccessDenied',
  message: `Tidemark has no right to the table ${name}: \`tables\` in the configuration of its deployment must cover it`,
});

describe('a table that the deployment does not cover', () => {
  it.each(['DescribeTableCommand', 'DescribeTimeToLiveCommand'])(
    'is reported as AccessDenied if IAM refuses %s',
    async (command) => {
      const looking = whileRefused([command], table, () => describeTable(database.dynamodb, table));
      await expect(looking).rejects.toMatchObject(notCovered(table));
    },
  );

  it('is reported as AccessDenied by every operation, also as a target', async () => {
    const { operations } = harness;
    const { id } = await operations.createBackup({ table, name: 'a-backup' });
    await harness.executions.idle();
    const elsewhere = `elsewhere-${randomIds.hex(8)}`;
    const calls: Record<string, () => Promise<object>> = {
      createBackup: () => operations.createBackup({ table: elsewhere, name: 'a-backup' }),
      describeTable: () => operations.describeTable({ table: elsewhere }),
      describeContinuousBackups: () => operations.describeContinuousBackups({ table: elsewhere }),
      restoreTable: () => operations.restoreTable({ backup: { table, id }, target: elsewhere }),
    };
    for (const [operation, call] of Object.entries(calls)) {
      const outcome = await whileRefused(['DescribeTableCommand'], elsewhere, call).catch(
        (error: unknown) => error,
      );
      expect([operation, outcome]).toMatchObject([operation, notCovered(elsewhere)]);
    }
  });

  it('is distinguished from a table that does not exist', async () => {
    const none = `none-${randomIds.hex(8)}`;
    expect(await findTable(database.dynamodb, none)).toBeUndefined();
    await expect(describeTable(database.dynamodb, none)).rejects.toMatchObject({ code: 'TableNotFound' });
  });
});
