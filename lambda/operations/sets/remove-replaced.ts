import { type BackupSet, isSetOutcome, type SetRecord } from '../../model/sets.ts';
import { isError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { removeSet } from './remove-set.ts';

/** How many sets are read at once. */
const pageSize = 50;

/** The most sets that one call deletes. The next call continues. */
const maxRemoved = 50;

/**
 * Deletes the older sets of a name that a new set replaces, the newest of them first. Sets in other data sinks are other
 * copies, and are kept. Returns false if some remain, because a restore reads them or because there are many. It never
 * deletes sets that are newer than the new one, so a late call does no harm.
 */
export async function removeReplaced(
  services: Pick<RequestServices, 'catalog' | 'native'>,
  { name, id, kind, sink, replaces = {} }: BackupSet,
): Promise<boolean> {
  const isReplaced = chooseReplaced(replaces, kind, sink);
  let removed = 0;
  let isDone = true;
  let after = id;
  for (;;) {
    const page = await services.catalog.sets.list({ name, after, limit: pageSize, newestFirst: true });
    for (const set of page) {
      if (!isReplaced(set)) continue;
      if (removed++ === maxRemoved) return false;
      isDone = (await removeUnlessRead(services, set, `set ${name}/${id}`)) && isDone;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return isDone;
    after = last.id;
  }
}

/** Returns a function that says for each older set, from the newest to the oldest, whether it is replaced. */
function chooseReplaced(
  { all, sinceFull, keepIncrementals }: NonNullable<SetRecord['replaces']>,
  kind: SetRecord['kind'],
  sink: SetRecord['sink'],
): (set: SetRecord) => boolean {
  let incrementals = kind === 'incremental' ? 1 : 0;
  let isPastFull = false;
  return ({ status, kind: made, source, sink: place }) => {
    if (place !== sink || !isSetOutcome(status)) return false;
    if (all === true) return true;
    isPastFull ||= made === 'full' && source !== 'settings' && status !== 'FAILED';
    if (sinceFull === true && !isPastFull) return true;
    if (made !== 'incremental') return false;
    return keepIncrementals !== undefined && ++incrementals > keepIncrementals;
  };
}

/** Deletes a set. Returns false while a restore reads it. */
async function removeUnlessRead(
  services: Pick<RequestServices, 'catalog' | 'native'>,
  set: SetRecord,
  deletedBy: string,
): Promise<boolean> {
  try {
    return await removeSet(services, set, { deletedBy });
  } catch (error) {
    if (isError(error, 'BackupInUse')) return false;
    // Another caller is deleting it.
    if (isError(error, 'SetNotFound')) return true;
    throw error;
  }
}
