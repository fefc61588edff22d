import { describe, expect, it } from 'vitest';
import { Staging } from '../../lambda/jobs/staging.ts';
import { testSecret } from '../support/secret.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';

const newStaging = (): Staging =>
  new Staging({ store: createMemoryStore(), secret: testSecret }, 'staging/job');

describe('a result that two twins publish', () => {
  it('is, for both of them, the result that was published first', async () => {
    const staging = newStaging();
    const twin = (done: boolean) => staging.publishOnce('part', () => Promise.resolve({ done }));
    const [first, second] = await Promise.all([twin(true), twin(false)]);
    expect(second).toEqual(first);
    expect(await staging.read('part')).toEqual(first);
  });

  it('is not computed again once it is published', async () => {
    const staging = newStaging();
    await staging.publishOnce('part', () => Promise.resolve({ done: true }));
    const again = staging.publishOnce('part', () => Promise.reject(new Error('worked again')));
    expect(await again).toEqual({ done: true });
  });
});

describe('the parts of a task', () => {
  it('are read up to the one whose result is done', async () => {
    const staging = newStaging();
    for (const [part, done] of [false, true, true].entries())
      await staging.publishOnce(`task/${part}.json`, () => Promise.resolve({ done, part }));
    expect(await staging.readParts('task')).toEqual([
      { done: false, part: 0 },
      { done: true, part: 1 },
    ]);
  });

  it('are incomplete if none is done', async () => {
    const staging = newStaging();
    await staging.publishOnce('task/0.json', () => Promise.resolve({ done: false }));
    await expect(staging.readParts('task')).rejects.toMatchObject({ code: 'TaskIncomplete' });
  });
});
