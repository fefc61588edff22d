import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { Jobs } from '../../../../local/dynamodb/exports/jobs.ts';

interface Description {
  readonly StartTime?: Date;
  readonly EndTime?: Date;
}

const dayMs = 24 * 60 * 60 * 1000;

async function openJobs() {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-jobs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const time = { now: 1_700_000_000_000 };
  const clock = { now: () => time.now, sleep: async () => {} };
  const file = join(folder, 'jobs.json');
  const options = { file, minJobMs: 0, maxRunning: 10, clock, log: silentLog };
  const jobs = await Jobs.open<Description>(options);
  const add = async (arn: string): Promise<void> => {
    await jobs.add(arn, { token: arn, request: {}, begun: { StartTime: new Date(time.now) } });
    jobs.run(arn, async () => ({}));
    await jobs.idle(10_000);
  };
  return { jobs, add, time, file };
}

it('an ended export or import is forgotten after 90 days, and one in progress is not', async () => {
  const { jobs, add, time, file } = await openJobs();
  await add('ended');
  await jobs.add('running', { token: 't', request: {}, begun: { StartTime: new Date(time.now) } });
  time.now += 90 * dayMs;
  await add('in time');
  expect(jobs.describe('ended')).toBeDefined();
  time.now += 1;
  await add('later');
  expect(['ended', 'running', 'in time', 'later'].map((arn) => jobs.describe(arn) !== undefined)).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(Object.keys(JSON.parse(await readFile(file, 'utf8')) as object)).not.toContain('ended');
});

it('at most the last 1,000 ended exports or imports are kept', async () => {
  const { jobs, add, time } = await openJobs();
  for (let i = 0; i < 1002; i++) {
    const ended = { StartTime: new Date(time.now), EndTime: new Date(time.now) };
    await jobs.add(`job-${i}`, { token: `${i}`, request: {}, begun: ended, ended });
  }
  await add('last');
  expect([0, 1, 2].map((i) => jobs.describe(`job-${i}`) !== undefined)).toEqual([false, false, true]);
  expect(jobs.describe('last')).toBeDefined();
});
