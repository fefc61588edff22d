import type { ImportTableOutput } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { expectNothingHeld, createFilledTable } from '../../support/fixture.ts';
import type { Harness, HarnessOptions } from '../../support/harness.ts';
import { readTableContent } from '../../support/tables.ts';
import { startImportHarness, intercept, newTargetName } from '../../support/restore/imports.ts';

const database = useDatabase();

type Around = NonNullable<HarnessOptions['around']>;

interface World {
  readonly base: Harness;
  /** The ARNs of the imports that were started. */
  readonly begun: Set<unknown>;
}

async function startWorld(): Promise<World> {
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

/** Restores with `around`, then runs `mend`. Expects the table to equal its backup and to be imported once. */
async function expectImportedUnder(
  { base, begun }: World,
  aroundOf: (executions: () => Harness['executions']) => Around,
  mend: (revived: Harness) => Promise<void> = async () => {},
): Promise<void> {
  begun.clear();
  const { backup, content } = await backUp(database, base, await createFilledTable(database));
  const dying: Harness = base.restart({
    config: base.services.config,
    around: aroundOf(() => dying.executions),
  });
  const target = newTargetName();
  await dying.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
  await dying.executions.idle();
  const revived = base.restart({ config: base.services.config });
  await mend(revived);
  expect(await revived.services.catalog.restores.get(target)).toMatchObject({
    status: 'RESTORED',
    way: 'import',
  });
  expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  expect(begun.size).toBe(1);
  await expectNothingHeld(revived, backup.table.name);
}

/**
 * The steps of a restore by import, with the number of the call; `restore-import` starts the import, then checks it.
 */
const steps = [
  ['restore-plan', 1],
  ['restore-materialize', 1],
  ['restore-import', 1],
  ['restore-import', 2],
  ['restore-indexes', 1],
  ['restore-finish', 1],
] as const;

describe.each(['before', 'after'] as const)(
  'a restore by import that is finished by the reconciler',
  (when) => {
    it.each(steps)(
      `equals its backup after its execution was killed ${when} %s, call %d`,
      async (step, call) => {
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
        await expectImportedUnder(await startWorld(), killing, async (revived) => {
          // Steps that have started continue, like Lambda functions whose execution has ended.
          for (const earlier of [[], begun, []]) {
            await Promise.allSettled(earlier);
            await reconcile(revived.services);
            await revived.executions.idle();
          }
        });
        expect([dead, calls]).toEqual([true, call]);
      },
    );
  },
);

function die(executions: Harness['executions']): Promise<never> {
  executions.stop();
  return Promise.reject(new Error('killed'));
}

describe('a restore by import imports its table once although each step', () => {
  it('runs twice, one after the other', async () =>
    expectImportedUnder(await startWorld(), () => async (_handler, _input, run) => {
      await run();
      return run();
    }));

  it('runs twice at the same time', async () =>
    expectImportedUnder(await startWorld(), () => async (_handler, _input, run) => {
      const [first] = await Promise.all([run(), run().catch(() => undefined)]);
      return first;
    }));

  it('runs again because its answer was lost', async () => {
    const failed = new Set<string>();
    await expectImportedUnder(await startWorld(), () => async (handler, input, run) => {
      const answer = await run();
      const call = handler + JSON.stringify(input);
      if (failed.has(call)) return answer;
      failed.add(call);
      throw new Error('the answer was lost');
    });
    expect(failed.size).toBeGreaterThan(4);
  });

  it('runs again as a late twin after all later steps', async () => {
    const late: (() => Promise<object>)[] = [];
    await expectImportedUnder(
      await startWorld(),
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
