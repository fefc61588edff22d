import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abort } from '../../../lambda/backup/abort.ts';
import { createBackupJob } from '../../../lambda/jobs/job.ts';
import { type ErrorCode, TidemarkError } from '../../../lambda/runtime/errors.ts';
import { smallLimits } from '../../support/snapshot/chain.ts';
import { createMemoryStore, type MemoryStore } from '../../support/snapshot/support.ts';
import { expectExact, make, request, steady, type World, Worlds } from '../../support/sources/world.ts';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.start();
});
afterAll(() => worlds.close());

/** Every kind of object that the steps of a backup store for each other, by the end of its key. */
const kinds: [string, RegExp][] = [
  ['the plan', /-0\/plan\.json$/],
  ['the result of a scan', /\/scan\/\d+\/\d+\.json$/],
  ['a file of a scan', /\/scan\/.+\.json\.gz$/],
  ['the result of reading a stream', /\/stream\/\d+\.json$/],
  ['a file of a stream', /\/stream\/.+\.json\.gz$/],
  ['the plan of the partition step', /\/partition\/plan\.json$/],
  ['the result of a partition', /\/partition\/\d+\/\d+\.json$/],
  ['a spill', /\.spill$/],
  ['the plan of the apply step', /\/apply\/plan\.json$/],
  ['the result of an apply', /\/apply\/\d+\/\d+\.json$/],
];

/** Changes an object that was just stored; `before`: the objects of the same kind that were stored earlier. */
type Damage = (objects: Map<string, Buffer>, key: string, before: readonly string[]) => void;

const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => flipBit(at, bit)) },
  { weight: 1, arbitrary: fc.nat().map(truncate) },
  { weight: 1, arbitrary: fc.constant<Damage>((objects, key) => objects.delete(key)) },
  { weight: 1, arbitrary: fc.constant<Damage>(replaceByOther) },
);

function flipBit(at: number, bit: number): Damage {
  return (objects, key) => {
    const bytes = Buffer.from(objects.get(key) ?? '');
    const place = at % bytes.length;
    bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
    objects.set(key, bytes);
  };
}

function truncate(at: number): Damage {
  return (objects, key) => {
    const bytes = objects.get(key) ?? Buffer.alloc(0);
    objects.set(key, bytes.subarray(0, at % bytes.length));
  };
}

function replaceByOther(objects: Map<string, Buffer>, key: string, before: readonly string[]): void {
  const other = objects.get(before.at(-1) ?? '');
  if (other !== undefined) objects.set(key, other);
}

/** A store that damages the nth object of the kind as soon as it is stored. */
function damageNth(kind: RegExp, nth: number, damage: Damage): MemoryStore {
  const store = createMemoryStore();
  const stored: string[] = [];
  return {
    ...store,
    async put(key, body, options) {
      const outcome = await store.put(key, body, options);
      if (!kind.test(key) || outcome !== 'stored') return outcome;
      if (stored.length === nth) damage(store.objects, key, stored);
      stored.push(key);
      return outcome;
    },
    async putStream(key, body) {
      return this.put(key, Buffer.concat(await Array.fromAsync(body)), { ifAbsent: true });
    },
  };
}

/** Makes a base and an increment. Returns the code of the error that one of them ended with; undefined if both are exact. */
async function makeBoth(world: World): Promise<ErrorCode | undefined> {
  for (const round of [0, 1]) {
    for (let key = 0; key < 16; key++) world.table.write(key, round === 0 || key % 5 > 0);
    const backup = await request(world);
    try {
      await make(world, backup);
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      expect(error.message).not.toMatch(/[{}"]|k\d/);
      const job = createBackupJob(world.table.name, backup.id);
      await abort(world.services, { job });
      const key = { table: world.table.name, id: backup.id };
      expect(await world.services.catalog.backups.get(key)).toMatchObject({ status: 'FAILED' });
      return error.code;
    }
    await expectExact(world, backup);
  }
  return undefined;
}

async function makeBothIn(store: MemoryStore): Promise<ErrorCode | undefined> {
  let code: ErrorCode | undefined;
  await worlds.within(
    steady,
    async (world) => {
      const config = { ...world.services.config, limits: smallLimits };
      code = await makeBoth({ ...world, services: { ...world.services, config, store } });
    },
    0,
  );
  return code;
}

describe('the backup fails with a specific error if this staged object is damaged, lost or replaced', () => {
  it.each(kinds)('%s', async (_name, kind) => {
    const codes = new Set<ErrorCode | undefined>();
    await fc.assert(
      fc.asyncProperty(fc.nat(2), anyDamage, async (nth, damage) => {
        const store = damageNth(kind, nth, damage);
        const code = await makeBothIn(store);
        codes.add(code);
        expect(['StagedDataCorrupt', 'TaskIncomplete', undefined]).toContain(code);
      }),
      { numRuns: 8 },
    );
    expect(codes).toContain('StagedDataCorrupt');
  });
});
