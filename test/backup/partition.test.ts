import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { defaultConfig } from '../../lambda/services/config.ts';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import type { Services } from '../../lambda/services/services.ts';
import { wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { decodeNetChanges } from '../../lambda/snapshot/compact/spill-record.ts';
import { readFrames } from '../../lambda/snapshot/read/read-frames.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import {
  type BackupPlan,
  names,
  type PartitionPlan,
  type PartitionResult,
} from '../../lambda/backup/backup-plan.ts';
import { partition } from '../../lambda/backup/partition.ts';
import { openBackupStaging, namePart } from '../../lambda/jobs/staging.ts';
import { smallLimits } from '../support/snapshot/chain.ts';
import { manifestOf, createMemoryStore, testHashKey } from '../support/snapshot/support.ts';
import { createBackupJob } from '../../lambda/jobs/job.ts';
import { testSecret } from '../support/secret.ts';

const items = Array.from({ length: 30 }, (_, n) => `{"Item":{"pk":{"N":"${n}"},"v":{"S":"value ${n}"}}}\n`);
const whole = await promisify(gzip)(items.join(''));

/**
 * Partitions a staged file that should hold the items; returns their images, or the code of the error. `written`: the bytes
 * that its writer took the checksum of.
 */
async function partitionFile(bytes: Buffer, written = bytes): Promise<string[] | string> {
  const store: ObjectStore = createMemoryStore();
  // Only the services that this step uses: a step that used more would fail.
  const services = {
    config: { ...defaultConfig, limits: smallLimits },
    clock: systemClock,
    ids: randomIds,
    log: silentLog,
    store,
    secret: testSecret,
  } as Services;
  const job = createBackupJob('Music', manifestOf([]).id);
  const staging = openBackupStaging(services, job);
  const plan: Pick<BackupPlan, 'id' | 'description' | 'hashKey'> = {
    id: job.id,
    hashKey: testHashKey,
    description: manifestOf([]).description,
  };
  await staging.note(names.plan, plan);
  await store.put('staged', bytes);
  const checksum = { algorithm: 'sha256', base64: hash('sha256', written, 'base64') } as const;
  const file = { key: 'staged', rawBytes: items.join('').length, records: items.length, checksum };
  const partitionPlan: PartitionPlan = { tasks: [[file]] };
  await staging.note(names.partitionPlan, partitionPlan);
  try {
    await partition(services, { job, task: 0, part: 0 });
  } catch (error) {
    if (error instanceof TidemarkError) return error.code;
    throw error;
  }
  const { spills } = await staging.read<PartitionResult>(namePart(names.partition(0), 0));
  const frames = await Promise.all(
    spills.map((spill) => Array.fromAsync(readFrames(store, spill, wholeRange))),
  );
  return frames
    .flat()
    .flatMap(decodeNetChanges)
    .map(({ image }) => String(image))
    .sort();
}

const images = items.map((line) => line.slice('{"Item":'.length, -'}\n'.length)).sort();

describe('partition', () => {
  it('turns a staged file into spills of its items', async () => {
    expect(await partitionFile(whole)).toEqual(images);
  });

  it('fails with StagedDataCorrupt for any damage, even if the damaged file looks like another format', async () => {
    const anyDamage = fc.record({ at: fc.nat(), length: fc.nat(10), by: fc.uint8Array({ maxLength: 10 }) });
    await fc.assert(
      fc.asyncProperty(anyDamage, async ({ at, length, by }) => {
        const place = at % whole.length;
        const bytes = Buffer.concat([whole.subarray(0, place), by, whole.subarray(place + length)]);
        const isDamaged = !bytes.equals(whole);
        expect(await partitionFile(bytes, whole)).toEqual(isDamaged ? 'StagedDataCorrupt' : images);
      }),
      { numRuns: 300 },
    );
  });

  it('fails with StagedDataCorrupt for a file that was stored without its end', async () => {
    expect(await partitionFile(whole.subarray(0, -9))).toBe('StagedDataCorrupt');
  });

  it.each<[string, (text: string) => string]>([
    ['an item too few', (text) => text.slice(text.indexOf('\n') + 1)],
    ['an item too many', (text) => text + items[0]],
    ['a line that is cut', (text) => text.slice(0, -10)],
    ['an empty line', (text) => `${text}\n`],
    ['nothing', () => ''],
  ])('fails with StagedDataCorrupt for a sound file with %s', async (_name, edit) => {
    const text = edit((await promisify(gunzip)(whole)).toString());
    expect(await partitionFile(await promisify(gzip)(text))).toBe('StagedDataCorrupt');
  });
});
