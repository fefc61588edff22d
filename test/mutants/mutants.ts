import { accessMutants } from './access.ts';
import { backupMutants } from './backup.ts';
import { catalogMutants } from './catalog.ts';
import type { Mutant } from './mutant.ts';
import { restoreMutants } from './restore.ts';
import { retentionMutants } from './retention.ts';
import { snapshotMutants } from './snapshot.ts';
import { sourcesMutants } from './sources.ts';

/** All mutants that `npm run mutants` applies. */
export const mutants: readonly Mutant[] = [
  ...catalogMutants,
  ...retentionMutants,
  ...backupMutants,
  ...sourcesMutants,
  ...restoreMutants,
  ...snapshotMutants,
  ...accessMutants,
];
