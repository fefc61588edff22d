import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { putItems } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const archive = { name: 'archive', bucket: 'disk', prefix: 'eu' };
const world = useTidemark({ config: { sinks: [archive] } });

const placeOf = () => join(world.harness.folder, 'sinks', archive.bucket);
const awayOf = () => join(world.harness.folder, 'away');

async function backUp(at: Harness): Promise<BackupRecord> {
  const { id } = await at.operations.createBackup({ table: world.table, name: 'b', sink: 'archive' });
  await at.executions.idle();
  return at.operations.describeBackup({ table: world.table, id });
}

/** The ways in which a disk is lost: its folder is gone, or the empty folder of its mount is there. */
const losses: Record<string, () => Promise<unknown>> = {
  'whose folder is gone': async () => {},
  'of which only an empty folder remains': () => mkdir(placeOf()),
};

it.each(Object.entries(losses))(
  'a disk that is lost between two steps, %s, damages nothing',
  async (_, lose) => {
    const { database, harness, table } = world;
    const first = await backUp(harness);
    await putItems(database, table, 0, 3);
    let isLost = false;
    const losing = harness.restart({
      around: async (handler, _input, run) => {
        if (handler === 'begin' && !isLost) {
          isLost = true;
          await rename(placeOf(), awayOf());
          await lose();
        }
        return run();
      },
    });
    // It opens the folder before the loss, as a runtime that has run for days.
    const failed = await backUp(losing);
    expect([failed.status, failed.reason]).toEqual(['FAILED', expect.stringMatching(/^SinkUnreachable: /)]);
    // Nothing was made in its place.
    await expect(access(join(placeOf(), archive.prefix))).rejects.toMatchObject({ code: 'ENOENT' });
    const verification = losing.operations.verifyBackup({ backup: { table, id: first.id } });
    await expect(verification).rejects.toMatchObject({ code: 'SinkUnreachable' });

    await rm(placeOf(), { recursive: true, force: true });
    await rename(awayOf(), placeOf());
    const { snapshots, turns } = harness.services.catalog;
    expect((await snapshots.get({ table, id: first.id }))?.damage).toBeUndefined();
    expect((await turns.getTable(table, 'archive'))?.distrust).toBeUndefined();
    expect(await backUp(harness)).toMatchObject({ status: 'AVAILABLE', parent: first.id });
  },
);
