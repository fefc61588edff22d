import { hash } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import type { RestoreJob } from '../../../lambda/jobs/job.ts';
import { seal } from '../../../lambda/secret/seal.ts';
import type { RangeResult, RestorePlan } from '../../../lambda/restore/current-restore.ts';
import { readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable, tableExists } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { newTargetName, restoreAndWait } from '../../support/restore/imports.ts';
import { backUp } from '../../support/retention/support.ts';

/**
 * An attacker may store objects in staging, and wants a restore to end as if it had written the items. Before plans and
 * results were signed, a restore of 50 items ended RESTORED with none, and no doubt was recorded: a checksum was enough.
 */

const database = useDatabase();

/** The ways to seal a forged object without knowing the secret. */
const seals: Record<string, (key: string, value: object) => Buffer> = {
  'a plain checksum': (key, value) => {
    const json = JSON.stringify(value);
    return Buffer.from(`${hash('sha256', `${key}\n${json}`, 'hex')}\n${json}`);
  },
  'a key of their own': (key, value) => seal(Buffer.alloc(32, 9), key, value),
};

interface Forgery {
  /** The step before which the test stores the object. */
  readonly step: string;
  readonly name: string;
  readonly value: (claim: { readonly items: number; readonly digest: string }) => object;
}

const done = (claim: { items: number; digest: string }): RangeResult => ({
  ...claim,
  done: true,
  next: undefined,
});

const forgeries: Record<string, Forgery> = {
  'the plan': {
    step: 'restore-plan',
    name: 'plan.json',
    value: () => ({ manifestSha256: '', way: 'writes', why: '', ranges: [] }) satisfies RestorePlan,
  },
  'the result of a range': { step: 'restore-write', name: 'write/0/0.json', value: done },
};

it.each(
  Object.entries(seals).flatMap(([way, forge]) =>
    Object.entries(forgeries).map(([what, forgery]) => [what, way, forge, forgery] as const),
  ),
)(
  'a restore of 50 items fails if an attacker forges %s with %s',
  async (_what, _way, forge, { step, name, value }) => {
    const harness: Harness = await startHarness(database, {
      around: async (handler, input, run) => {
        if (handler === step) {
          const key = `staging/restore-${(input as { job: RestoreJob }).job.id}/${name}`;
          const { manifest } = await readManifest(harness.store, backup.table.tableId, backup.id);
          await harness.store.put(key, forge(key, value(manifest)), { ifAbsent: true });
        }
        return run();
      },
    });
    onTestFinished(() => harness.close());
    const { backup } = await backUp(database, harness, await createFilledTable(database, 50));
    const target = newTargetName();
    const restore = await restoreAndWait(harness, backup, target);
    expect(restore.status).toBe('FAILED');
    expect(restore.reason).toMatch(/^StagedDataCorrupt: .* is not what was written/);
    expect(await tableExists(database, target)).toBe(false);
  },
);

it('a sealed object of one restore is rejected in the staging of another', async () => {
  const harness = await startHarness(database);
  onTestFinished(() => harness.close());
  const { backup } = await backUp(database, harness, await createFilledTable(database, 1));
  const first = await restoreAndWait(harness, backup, newTargetName());
  const plan = await harness.store.get(`staging/restore-${first.id}/plan.json`);
  const copying = harness.restart({
    around: async (handler, input, run) => {
      if (handler === 'restore-plan') {
        const { id } = (input as { job: RestoreJob }).job;
        await harness.store.put(`staging/restore-${id}/plan.json`, plan);
      }
      return run();
    },
  });
  const second = await restoreAndWait(copying, backup, newTargetName());
  expect([second.status, second.reason]).toEqual([
    'FAILED',
    expect.stringMatching(/^StagedDataCorrupt/) as string,
  ]);
});
