import type { ImportTableOutput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { backUp } from '../../support/retention/support.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import { expectNothingHeld, newTable } from '../../support/fixture.ts';
import type { Harness, HarnessOptions } from '../../support/harness.ts';
import { contentOf } from '../../support/tables.ts';
import { startImportHarness, intercept, newTargetName } from '../../support/restore/imports.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

type Around = NonNullable<HarnessOptions['around']>;

interface World {
  readonly base: Harness;
  /** The ARNs of the imports that were begun. */
  readonly begun: Set<unknown>;
}

async function world(): Promise<World> {
  const base = await startImportHarness(database);
  const begun = new Set<unknown>();
  intercept(database, 'ImportTableCommand', async (send) => {
    const answer = await send();
    const { ImportTableDescription: description } = answer.output as ImportTableOutput;
    begun.add(description?.ImportArn);
    return answer;
  });
  return { base, begun };
}

/** Restores under `around`, mends what that left, and expects the table to be as it was, imported once. */
async function expectImportedUnder(
  { base, begun }: World,
  aroundOf: (executions: () => Harness['executions']) => Around,
  mend: (revived: Harness) => Promise<void> = async () => {},
): Promise<void> {
  begun.clear();
  const { backup, content } = await backUp(database, base, await newTable(database));
  const dying: Harness = base.restarted({
    config: base.services.config,
    around: aroundOf(() => dying.executions),
  });
  const target = newTargetName();
  await dying.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
  await dying.executions.idle();
  const revived = base.restarted({ config: base.services.config });
  await mend(revived);
  expect(await revived.services.catalog.restores.get(target)).toMatchObject({
    status: 'RESTORED',
    way: 'import',
  });
  expect(await contentOf(database.dynamodb, target)).toEqual(content);
  expect(begun.size).toBe(1);
  await expectNothingHeld(revived, backup.table.name);
}

/** Those of a restore by import; the import is asked for, and then at least once more looked at. */
const steps = [
  ['restore-plan', 1],
  ['restore-materialize', 1],
  ['restore-import', 1],
  ['restore-import', 2],
  ['restore-indexes', 1],
  ['restore-finish', 1],
] as const;

describe.each(['before', 'after'] as const)(
  'the reconciler brings a restore by import to its end',
  (when) => {
    it.each(steps)(`that was killed ${when} %s, call %d`, async (step, call) => {
      let calls = 0;
      let dead = false;
      const begun: Promise<unknown>[] = [];
      const killing =
        (executions: () => Harness['executions']): Around =>
        async (handler, _input, run) => {
          if (dead) return die(executions());
          const dies = handler === step && ++calls === call;
          dead = dies && when === 'before';
          if (dead) return die(executions());
          const running = run();
          begun.push(running);
          const answer = await running;
          dead ||= dies;
          return dead ? die(executions()) : answer;
        };
      await expectImportedUnder(await world(), killing, async (revived) => {
        // Steps that were begun go on, as Lambdas do whose execution was ended.
        for (const earlier of [[], begun, []]) {
          await Promise.allSettled(earlier);
          await reconcile(revived.services);
          await revived.executions.idle();
        }
      });
      expect([dead, calls]).toEqual([true, call]);
    });
  },
);

function die(executions: Harness['executions']): Promise<never> {
  executions.stop();
  return Promise.reject(new Error('killed'));
}

describe('a step may run more than once', () => {
  it('one after the other', async () =>
    expectImportedUnder(await world(), () => async (_handler, _input, run) => {
      await run();
      return run();
    }));

  it('both at once', async () =>
    expectImportedUnder(await world(), () => async (_handler, _input, run) => {
      const [first] = await Promise.all([run(), run().catch(() => undefined)]);
      return first;
    }));

  it('and again when its answer was lost', async () => {
    const failed = new Set<string>();
    await expectImportedUnder(await world(), () => async (handler, input, run) => {
      const answer = await run();
      const call = handler + JSON.stringify(input);
      if (failed.has(call)) return answer;
      failed.add(call);
      throw new Error('the answer was lost');
    });
    expect(failed.size).toBeGreaterThan(4);
  });

  it('also as a late twin, after all its successors', async () => {
    const late: (() => Promise<object>)[] = [];
    await expectImportedUnder(
      await world(),
      () => async (_handler, _input, run) => {
        late.push(run);
        return run();
      },
      async () => {
        for (const run of late) await run().catch(() => undefined);
      },
    );
    expect(late.length).toBeGreaterThan(5);
  });
});
