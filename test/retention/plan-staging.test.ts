import { describe, expect, it } from 'vitest';
import { planUnknownStaging } from '../../lambda/retention/plan-staging.ts';
import { stagedJobOf } from '../../lambda/retention/sweep-plan.ts';
import { defaultConfig } from '../../lambda/services/config.ts';

const id = '01700000000000-0123abcd';
const note = `staging/${id}/${id}-0/failure/${id}.json`;
const planJson = `staging/${id}/${id}-0/plan.json`;
const hour = 60 * 60 * 1000;

/** Plans for these keys at a time after the backup's request, and returns the keys to delete. */
function listDeletions(keys: readonly string[], age: number): string[] {
  const clock = { now: () => 1_700_000_000_000 + age, sleep: () => Promise.resolve() };
  const staged = Map.groupBy(
    keys.map((key) => ({ key, bytes: 1 })),
    ({ key }) => stagedJobOf(key),
  );
  const planned = planUnknownStaging({ clock, config: defaultConfig }, staged);
  return 'plan' in planned ? planned.plan.delete.map(({ key }) => key) : [];
}

describe('the staging of a backup that is not in the catalog', () => {
  it('is deleted after the grace if it is only the note of a failure', () => {
    expect(listDeletions([note], hour)).toEqual([note]);
  });

  it('is kept within the grace', () => {
    expect(listDeletions([note], hour - 1)).toEqual([]);
  });

  it('is kept if it has any other object', () => {
    expect(listDeletions([note, planJson], 2 * hour)).toEqual([]);
    expect(listDeletions([planJson], 2 * hour)).toEqual([]);
  });

  it('is kept if its folder’s name is not an id', () => {
    expect(listDeletions(['staging/other/failure/x.json'], 2 * hour)).toEqual([]);
  });
});
