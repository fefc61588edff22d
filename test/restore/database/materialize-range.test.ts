import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import type { Services } from '../../../lambda/services/services.ts';
import { importSourceOf } from '../../../lambda/restore/import-source.ts';
import { materializeRange } from '../../../lambda/restore/materialize-range.ts';
import type { RangeResult } from '../../../lambda/restore/current-restore.ts';
import { planRestore } from '../../../lambda/restore/plan-restore.ts';
import { openRestoreStaging } from '../../../lambda/jobs/staging.ts';
import { startDatabase as startEmbedded } from '../../../local/dynamodb/embedded-database.ts';
import { backUpChain, listKeys, type TakenBackup } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable, recordOf } from '../../support/fixture.ts';
import { type Harness, startHarness, testLimits } from '../../support/harness.ts';
import { readTableContent } from '../../support/tables.ts';
import { newTargetName } from '../../support/restore/imports.ts';
import { createRestoreJob, type RestoreJob } from '../../../lambda/jobs/job.ts';

// With these limits, the content is stored in parts of about five items, from several ranges, a base and two delta runs.
const limits = { ...testLimits, frameBytes: 200, partitionBytes: 4000, partBytes: 400, foldShare: 100 };

const database = useDatabase();
let harness: Harness;
let made: TakenBackup;

beforeAll(async () => {
  harness = await startHarness(database, { config: { limits, restoreBy: 'import' } });
  made = (await backUpChain(database, harness, await createFilledTable(database, 60), 3)).at(-1) ?? made;
});
afterAll(() => harness.close());

/** Plans a restore and runs none of its further steps. */
async function planRestoreJob(): Promise<{ job: RestoreJob; tasks: readonly number[] }> {
  const stopped = harness.restart({ config: harness.services.config });
  stopped.executions.stop();
  const target = newTargetName();
  const { id, table } = made.backup;
  const input = { backup: { table: table.name, id }, target };
  const restore = recordOf(await stopped.operations.restoreTable(input));
  const job = createRestoreJob(target, restore.id);
  const { status, tasks } = await planRestore(harness.services, { job });
  expect(status).toBe('import');
  return { job, tasks };
}

async function materializeAll(
  services: Services = harness.services,
): Promise<{ job: RestoreJob; objects: string[] }> {
  const { job, tasks } = await planRestoreJob();
  for (const task of tasks) {
    for (let part = 0, status = 'more'; status === 'more'; part++) {
      ({ status } = await materializeRange(services, { job, task, part }));
    }
  }
  return { job, objects: await listKeys(harness.store, folderOf(job)) };
}

const folderOf = (job: RestoreJob) => openRestoreStaging(harness.services, job).key('import');
const readLines = async (key: string) =>
  gunzipSync(await harness.store.get(key))
    .toString()
    .split('\n')
    .slice(0, -1);

describe('materializeRange', () => {
  it('stores every item exactly once in several parts, with their count and digest', async () => {
    const { job, objects } = await materializeAll();
    const lines = await Promise.all(objects.map(readLines));
    expect(new Set(lines.flat()).size).toBe(made.content.size);
    expect(lines.flat()).toHaveLength(made.content.size);
    expect(objects.length).toBeGreaterThan(6);
    const results = await Promise.all(
      objects.map((key) =>
        openRestoreStaging(harness.services, job).read<RangeResult>(
          key.replace(/^.*\/import\/(\d+)-(\d+)\.json\.gz$/, 'materialize/$1/$2.json'),
        ),
      ),
    );
    expect(results.map(({ items }) => items)).toEqual(lines.map((part) => part.length));
    expect(results.some(({ done }) => !done)).toBe(true);
    const sum = results.reduce((total, { digest }) => total + BigInt(`0x${digest}`), 0n) % (1n << 128n);
    expect(sum.toString(16).padStart(32, '0')).toBe(made.backup.digest);
  });

  it('stores the same object again when a part is repeated because its result was lost', async () => {
    const { job, tasks } = await planRestoreJob();
    const input = { job, task: tasks[0] ?? 0, part: 0 };
    await materializeRange(harness.services, input);
    const [key = ''] = await listKeys(harness.store, folderOf(job));
    const [before, result] = [await harness.store.get(key), await readFirstResult(job)];
    await harness.store.delete([openRestoreStaging(harness.services, job).key('materialize/0/0.json')]);
    // The repeat has almost no time, unlike the first attempt.
    const config = { ...harness.services.config, timeBudgetMs: 1 };
    await materializeRange({ ...harness.services, config }, input);
    expect(await listKeys(harness.store, folderOf(job))).toEqual([key]);
    expect([await harness.store.get(key), await readFirstResult(job)]).toEqual([before, result]);
    await harness.store.delete([key, openRestoreStaging(harness.services, job).key('materialize/0/0.json')]);
    await materializeRange(harness.services, input);
    expect([await harness.store.get(key), await readFirstResult(job)]).toEqual([before, result]);
  });

  const readFirstResult = (job: RestoreJob) =>
    openRestoreStaging(harness.services, job).read<RangeResult>('materialize/0/0.json');

  it('stores objects under the prefix that the import reads, which ends with the folder’s slash', async () => {
    const { job } = await planRestoreJob();
    const place = { bucket: 'a-bucket', prefix: 'backups/eu' };
    expect(importSourceOf({ ...harness.services, bucketPlace: place }, job)).toEqual({
      S3Bucket: 'a-bucket',
      S3KeyPrefix: `backups/eu/staging/restore-${job.id}/import/`,
    });
  });

  it('stores objects that the importer of another database loads', async () => {
    const { objects } = await materializeAll();
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-materialized-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const [data, home, schema] = [
      join(folder, 'export', 'Restored', 'data'),
      join(folder, 'home'),
      join(folder, 'schema.json'),
    ];
    await Promise.all([data, home].map((path) => mkdir(path, { recursive: true })));
    for (const [i, key] of objects.entries()) {
      await writeFile(join(data, `${i}.json.gz`), await harness.store.get(key));
    }
    const { keySchema, attributeDefinitions } = made.backup.description;
    const Table = {
      TableName: 'Restored',
      KeySchema: keySchema,
      AttributeDefinitions: attributeDefinitions,
    };
    await writeFile(schema, JSON.stringify({ Table }));
    const { resolve } = createRequire(import.meta.url);
    const binary = join(dirname(resolve('@dynoxide/linux-x64/package.json')), 'dynoxide');
    const output = join(home, 'dynamodb.db');
    const source = join(folder, 'export');
    const files = ['--source', source, '--schema', schema, '--output', output];
    await promisify(execFile)(binary, ['import', ...files]);
    const loaded = await startEmbedded(home, silentLog);
    onTestFinished(() => loaded.close());
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const dynamodb = new DynamoDBClient({ endpoint: loaded.endpoint, region: 'us-east-1', credentials });
    expect(await readTableContent(dynamodb, 'Restored')).toEqual(made.content);
  });
});
