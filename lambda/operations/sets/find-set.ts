import type { SetKey, SetRecord } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';

/** Finds a set that callers see: it is not deleted, nor being deleted. Throws `SetNotFound`. */
export async function findSet(
  { catalog }: Pick<RequestServices, 'catalog'>,
  key: SetKey,
): Promise<SetRecord> {
  const set = await catalog.sets.get(key);
  if (set !== undefined && set.status !== 'DELETING' && set.status !== 'DELETED') return set;
  throw new TidemarkError('SetNotFound', `Backup set not found: ${key.name}/${key.id}`);
}
