import type { Operations } from '../../lambda/operations/operations.ts';
import { tableNotFoundError } from '../../lambda/tables/table.ts';
import type { Deletions } from './deletions.ts';

/** How long after DeleteTable DynamoDB still backs a table up (public probe of the service). */
const backedUpMs = 1600;

/** How long after DeleteTable it still knows the table's recovery, and restores from it (the same probe). */
const recoveredMs = 1000;

/** Makes the operations on tables throw `TableNotFound` for one whose deletion waits longer than DynamoDB knows it. */
export function forgetDeleted(operations: Operations, deletions: Pick<Deletions, 'waitedMs'>): Operations {
  const within =
    <I extends { readonly table: string }, R>(limitMs: number, run: (input: I) => Promise<R>) =>
    async (input: I): Promise<R> => {
      if (deletions.waitedMs(input.table) > limitMs) throw tableNotFoundError(input.table);
      return run(input);
    };
  return {
    ...operations,
    createBackup: within(backedUpMs, operations.createBackup),
    describeContinuousBackups: within(recoveredMs, operations.describeContinuousBackups),
    updateContinuousBackups: within(recoveredMs, operations.updateContinuousBackups),
    restoreToPointInTime: within(recoveredMs, operations.restoreToPointInTime),
  };
}
