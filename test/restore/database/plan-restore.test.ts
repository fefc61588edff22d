import { expect, it } from 'vitest';
import { openRestoreStaging } from '../../../lambda/jobs/staging.ts';
import { fileNames } from '../../../lambda/restore/current-restore.ts';
import { planRestore } from '../../../lambda/restore/plan-restore.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { requestRestore } from '../../support/restore/step-by-step.ts';
import { backUp } from '../../support/retention/support.ts';
import { replaceManifest } from '../../support/snapshot/replace-manifest.ts';

const world = useTidemark({ items: 5 });

it('a restore is not planned from a manifest whose checksum is not the one in the catalog', async () => {
  const { database, harness, table } = world;
  const { backup } = await backUp(database, harness, table);
  const job = await requestRestore(harness, backup);
  await replaceManifest(harness.store, backup);
  await expect(planRestore(harness.services, { job })).rejects.toMatchObject({ code: 'SnapshotCorrupt' });
  expect(await openRestoreStaging(harness.services, job).find(fileNames.plan)).toBeUndefined();
});
