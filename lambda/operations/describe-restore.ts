import type { RestoreId } from '../model/ids.ts';
import type { RestoreRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

export interface DescribeRestoreInput {
  /** The name of the table that the restore creates. */
  readonly target: string;
  /** By default the latest restore to the target. */
  readonly id?: RestoreId;
}

/**
 * Finds the latest restore to a target, also after it failed and its table was removed. Throws `RestoreNotFound` if
 * Tidemark has made none, or if the latest one has another id.
 */
export async function describeRestore(
  { catalog }: Pick<RequestServices, 'catalog'>,
  { target, id }: DescribeRestoreInput,
): Promise<RestoreRecord> {
  const restore = await catalog.restores.get(target);
  if (restore === undefined)
    throw new TidemarkError('RestoreNotFound', `Tidemark has made no restore to table ${target}`);
  if (id !== undefined && restore.id !== id) {
    throw new TidemarkError(
      'RestoreNotFound',
      `Restore ${id} is not the latest one to table ${target}, which is ${restore.id}`,
    );
  }
  return restore;
}
