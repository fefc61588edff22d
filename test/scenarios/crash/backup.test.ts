import { describe, expect, it } from 'vitest';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import type { LocalOptions } from '../../../local/local-executions.ts';
import { useDatabase } from '../../support/database.ts';
import {
  changeItems,
  expectNothingHeld,
  createFilledTable,
  restore,
  tableExists,
} from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { readTableContent } from '../../support/tables.ts';

type Around = NonNullable<LocalOptions['around']>;

const database = useDatabase();

const sinks = [{ name: 'archive', bucket: 'cold' }];

/** Runs a base and an increment in a data sink under `around`, and expects both to be exact. */
async function expectExactUnder(
  sink: string,
  around: Around,
  after?: (harness: Harness) => Promise<void>,
): Promise<void> {
  const harness = await startHarness(database, { around, config: { sinks } });
  try {
    const table = await createFilledTable(database);
    const first = await readTableContent(database.dynamodb, table);
    const one = await harness.operations.createBackup({ table, name: 'one', sink });
    await harness.executions.idle();
    await changeItems(database, table);
    const second = await readTableContent(database.dynamodb, table);
    const two = await harness.operations.createBackup({ table, name: 'two', sink });
    await harness.executions.idle();
    await after?.(harness);
    await expectNothingHeld(harness, table);
    expect(await restore(database, harness, one)).toEqual(first);
    expect(await restore(database, harness, two)).toEqual(second);
    await after?.(harness);
    await expectNothingHeld(harness, table);
  } finally {
    await harness.close();
  }
}

describe.each(['default', 'archive'])(
  'a backup in the data sink %s and its restore are exact if every step',
  (sink) => {
    it('runs twice, one run after the other', () =>
      expectExactUnder(sink, async (_handler, _input, run) => {
        await run();
        return run();
      }));

    it('runs twice at the same time', () =>
      expectExactUnder(sink, async (_handler, _input, run) => {
        const [first] = await Promise.all([run(), run().catch(() => undefined)]);
        return first;
      }));

    it('fails at first and is retried', async () => {
      const failed = new Set<string>();
      await expectExactUnder(sink, async (handler, input, run) => {
        const result = await run();
        const call = handler + JSON.stringify(input);
        if (failed.has(call)) return result;
        failed.add(call);
        throw new Error('the answer was lost');
      });
      expect(failed.size).toBeGreaterThan(10);
    });

    it('has a late twin that runs after all later steps', async () => {
      const late: (() => Promise<object>)[] = [];
      await expectExactUnder(
        sink,
        async (_handler, _input, run) => {
          late.push(run);
          return run();
        },
        async () => {
          for (const run of late.splice(0)) await run().catch(() => undefined);
        },
      );
    });
  },
);

/** Stops all executions of the process at the nth step: before that step does anything, or after it has done everything. */
function createKill(nth: number, when: 'before' | 'after', executions: () => Harness['executions']): Kill {
  let count = 0;
  const begun: Promise<unknown>[] = [];
  return {
    hit: () => count > nth,
    settled: () => Promise.allSettled(begun),
    around: async (_handler, _input, run) => {
      const dies = count++ === nth;
      if (dies && when === 'before') return die(executions());
      const step = run();
      begun.push(step);
      const result = await step;
      return dies ? die(executions()) : result;
    },
  };
}

interface Kill {
  readonly around: Around;
  /** True if there was such a step. */
  readonly hit: () => boolean;
  /** Waits for the steps that had begun, which continue as Lambda functions do when their execution is stopped. */
  readonly settled: () => Promise<unknown>;
}

function die(executions: Harness['executions']): Promise<never> {
  executions.stop();
  return Promise.reject(new Error('killed'));
}

/** Runs the reconciler several times: first while the last steps of the stopped executions still work, then after them. */
async function reconcileAll(harness: Harness, kill: Kill): Promise<void> {
  for (const earlier of [undefined, kill.settled, undefined]) {
    await earlier?.();
    await reconcile(harness.services);
    await harness.executions.idle();
  }
}

/** No backup or restore here has this many steps; the tests check that. */
const maxSteps = 40;

/** Each kill takes the time of a backup or a restore, and of its repair. */
const manyKillsMs = 300_000;

describe('the reconciler, after a kill at any step', () => {
  for (const when of ['before', 'after'] as const) {
    it(`finishes a backup that was killed ${when} the step`, { timeout: manyKillsMs }, async () => {
      let nth = 0;
      for (let hit = true; hit; nth++) hit = await killBackup(nth, when);
      expect(nth).toBeGreaterThan(8);
      expect(nth).toBeLessThan(maxSteps);
    });

    it(`finishes a restore that was killed ${when} the step`, { timeout: manyKillsMs }, async () => {
      let nth = 0;
      for (let hit = true; hit; nth++) hit = await killRestore(nth, when);
      expect(nth).toBeGreaterThan(5);
      expect(nth).toBeLessThan(maxSteps);
    });
  }
});

/** Kills a backup at its nth step, and checks that the reconciler finishes it. Returns true if there was such a step. */
async function killBackup(nth: number, when: 'before' | 'after'): Promise<boolean> {
  const base = await startHarness(database);
  try {
    const table = await createFilledTable(database);
    const first = await readTableContent(database.dynamodb, table);
    const one = await base.operations.createBackup({ table, name: 'one' });
    await base.executions.idle();
    await changeItems(database, table);
    const second = await readTableContent(database.dynamodb, table);
    const kill = createKill(nth, when, () => dying.executions);
    const dying: Harness = base.restart({ around: kill.around });
    const two = await dying.operations.createBackup({ table, name: 'two' });
    const three = await dying.operations.createBackup({ table, name: 'three' });
    await dying.executions.idle();
    const revived = base.restart();
    await reconcileAll(revived, kill);
    await expectNothingHeld(revived, table);
    expect(await restore(database, revived, one)).toEqual(first);
    expect(await restore(database, revived, two)).toEqual(second);
    expect(await restore(database, revived, three)).toEqual(second);
    return kill.hit();
  } finally {
    await base.close();
  }
}

/** Does the same for a restore. */
async function killRestore(nth: number, when: 'before' | 'after'): Promise<boolean> {
  const base = await startHarness(database);
  try {
    const table = await createFilledTable(database);
    const content = await readTableContent(database.dynamodb, table);
    const backup = await base.operations.createBackup({ table, name: 'one' });
    await base.executions.idle();
    const kill = createKill(nth, when, () => dying.executions);
    const dying: Harness = base.restart({ around: kill.around });
    const target = `restored-${randomIds.hex(12)}`;
    await dying.operations.restoreTable({ backup: { table, id: backup.id }, target });
    await dying.executions.idle();
    const revived = base.restart();
    await reconcileAll(revived, kill);
    expect(await revived.services.catalog.restores.get(target)).toMatchObject({ status: 'RESTORED' });
    expect(await tableExists(database, target)).toBe(true);
    expect(await readTableContent(database.dynamodb, target)).toEqual(content);
    await expectNothingHeld(revived, table);
    return kill.hit();
  } finally {
    await base.close();
  }
}
