import type { Operations } from '../../lambda/operations/operations.ts';
import { tableNotFoundError } from '../../lambda/tables/table.ts';
import type { Deletions } from './deletions.ts';

/** For this long after DeleteTable, DynamoDB still backs up a table (public probe of the service). */
const backedUpMs = 1600;

/** For this long after DeleteTable, DynamoDB still knows the table's recovery, and restores from it (the same probe). */
const recoveredMs = 1000;

/**
 * Makes the operations throw `TableNotFound` for a table whose deletion has waited longer than DynamoDB would know the
 * table.
 */
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
