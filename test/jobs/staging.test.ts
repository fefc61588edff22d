import { describe, expect, it } from 'vitest';
import { createBackupJob } from '../../lambda/jobs/job.ts';
import { openBackupStaging, Staging } from '../../lambda/jobs/staging.ts';
import { createBackupId } from '../../lambda/model/ids.ts';
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

describe('a published object', () => {
  /** Publishes a plan, then changes what the store holds. */
  async function publishAndChange(change: (objects: Map<string, Buffer>) => void): Promise<Staging> {
    const store = createMemoryStore();
    const staging = new Staging({ store, secret: testSecret }, 'staging/job');
    await staging.publishOnce('plan', () => Promise.resolve({ tasks: 1 }));
    change(store.objects);
    return staging;
  }

  it('is StagedDataCorrupt if its content was changed, also for a step that would publish it', async () => {
    const staging = await publishAndChange((objects) => {
      const text = String(objects.get('staging/job/plan'));
      objects.set('staging/job/plan', Buffer.from(text.replace('"tasks":1', '"tasks":2')));
    });
    const corrupt = { code: 'StagedDataCorrupt', message: expect.stringContaining('staging/job/plan') };
    await expect(staging.read('plan')).rejects.toMatchObject(corrupt);
    const work = () => Promise.resolve({ tasks: 3 });
    await expect(staging.publishOnce('plan', work)).rejects.toMatchObject(corrupt);
  });

  it('is StagedDataCorrupt under the name of another', async () => {
    const staging = await publishAndChange((objects) => {
      objects.set('staging/job/result', objects.get('staging/job/plan') ?? Buffer.alloc(0));
    });
    await expect(staging.read('result')).rejects.toMatchObject({ code: 'StagedDataCorrupt' });
  });
});

it('a backup that starts over has a staging folder of its own', () => {
  const job = createBackupJob('table', createBackupId(1, '00000000'));
  const access = { store: createMemoryStore(), secret: testSecret };
  const [first, second] = [0, 1].map((round) => openBackupStaging(access, { ...job, round }).key('plan'));
  expect(first).not.toBe(second);
});
