import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noteDamage } from '../../../lambda/services/note-damage.ts';
import { backUp, changeItems, expectNothingHeld, restore } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { listKeys } from '../../support/retention/support.ts';
import { readTableContent } from '../../support/tables.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark();

/** A Tidemark that does something before the first commit. */
function restartWith(beforeCommit: () => Promise<void>): Harness {
  let isFirst = true;
  return world.harness.restart({
    around: async (handler, _input, run) => {
      if (handler === 'commit' && isFirst) {
        isFirst = false;
        await beforeCommit();
      }
      return run();
    },
  });
}

describe('a commit', () => {
  it('takes a new base if damage was seen in the parent since the backup chose it', async () => {
    const { database, harness, table } = world;
    const base = await backUp(world.harness, world.table);
    await changeItems(database, table);
    const content = await readTableContent(database.dynamodb, table);
    const seeing = restartWith(() =>
      noteDamage(
        harness.services,
        { table, id: base.id },
        { reason: 'a restore has seen it', object: undefined },
      ),
    );
    const made = await backUp(seeing, world.table);
    expect(made).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
    expect(made.why).toContainEqual(expect.stringContaining('a restore has seen it'));
    expect(await restore(database, harness, made)).toEqual(content);
    await expectNothingHeld(harness, table);
  });

  it('fails the backup if the index of a run that it adds cannot be read', async () => {
    const { harness, table } = world;
    const damaging = restartWith(async () => {
      const run = (await listKeys(harness.store, 'tables')).find((key) => key.includes('/runs/'));
      const file = join(harness.folder, String(run));
      const bytes = await readFile(file);
      const place = bytes.length - 20;
      bytes[place] = Number(bytes[place]) ^ 0x10;
      await writeFile(file, bytes);
    });
    expect(await backUp(damaging, world.table)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/^SnapshotCorrupt: .*index/),
    });
    await expectNothingHeld(harness, table);
  });
});
