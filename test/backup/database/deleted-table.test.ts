import { afterAll, beforeAll, expect, it } from 'vitest';
import { begin } from '../../../lambda/backup/begin.ts';
import { createBackupJob } from '../../../lambda/jobs/job.ts';
import {
  backUp,
  expectExact,
  make,
  request,
  steady,
  type World,
  Worlds,
} from '../../support/sources/world.ts';

/** Backups of a table that is deleted after the request by calls that do not pass through Tidemark, as in a deployment. */

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.start();
});
afterAll(() => worlds.close());

const recordOf = async ({ services, table }: World, id: Awaited<ReturnType<typeof request>>['id']) =>
  services.catalog.backups.get({ table: table.name, id });

function change(world: World, from: number): void {
  for (let key = from; key < from + 4; key++) world.table.write(key);
  world.table.split(0, 2);
  for (let key = from; key < from + 8; key++) world.table.write(key, key % 3 > 0);
}

it.each(['gone', 'DELETING'] as const)(
  'a backup whose table is %s holds every change until the request, from the table’s disabled stream',
  async (state) => {
    await worlds.within(steady, async (world) => {
      change(world, 0);
      await backUp(world);
      change(world, 4);
      const backup = await request(world);
      world.table.now += 1500;
      change(world, 2);
      world.table.drop(state === 'gone' ? undefined : state);
      await make(world, backup);
      await expectExact(world, backup);
      const record = await recordOf(world, backup.id);
      expect(record).toMatchObject({ status: 'AVAILABLE', source: 'stream' });
      expect(record?.why?.[0]).toBe('the table was deleted after the request: only its stream can be read');
    });
  },
);

it('a backup whose table is deleted while its stream is read holds every change until the request', async () => {
  await worlds.within({ ...steady, recordsPerPage: 2 }, async (world) => {
    change(world, 0);
    await backUp(world);
    change(world, 4);
    const backup = await request(world);
    world.table.meanwhile = () => {
      if (world.table.status !== undefined) world.table.drop();
    };
    await make(world, backup);
    await expectExact(world, backup);
  });
});

it.each(['without an earlier backup', 'whose stream was replaced since', 'after the stream’s day'])(
  'a backup of a deleted table %s fails with TableNotFound, and says what could not be read',
  async (how) => {
    await worlds.within(steady, async (world) => {
      const { table, services } = world;
      change(world, 0);
      if (!how.startsWith('without')) await backUp(world);
      if (how.startsWith('whose')) {
        table.switchOff();
        change(world, 4);
        table.switchOn();
      }
      change(world, 2);
      const backup = await request(world);
      table.drop();
      if (how.startsWith('after')) table.now += 24 * 60 * 60 * 1000;
      table.trim();
      const job = createBackupJob(table.name, backup.id);
      await expect(begin(services, { job })).rejects.toMatchObject({
        code: 'TableNotFound',
        message: expect.stringMatching(
          /^Table not found: simulated-\d+\. It was deleted before .* Restore an earlier backup; /,
        ),
      });
    });
  },
);
