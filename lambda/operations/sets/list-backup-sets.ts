import pMap from 'p-map';
import type { SetQuery } from '../../catalog/sets.ts';
import type { ListedSet, SetKey } from '../../model/sets.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { readSet } from './read-set.ts';

/** How many sets that are being made are read at once, each with its members. */
const concurrency = 5;

export interface SetPage {
  /** The sets in the requested order. A set that is being made comes with progress and members, an ended one without. */
  readonly sets: readonly ListedSet[];
  /** The last set of this page, after which the next page continues; absent on the last page. */
  readonly last?: SetKey;
}

/** Lists one page of the sets of a name, or of all names, oldest first unless the request says `newestFirst`. */
export async function listBackupSets(
  services: Pick<RequestServices, 'catalog'>,
  query: SetQuery,
): Promise<SetPage> {
  const read = await services.catalog.sets.list({ ...query, limit: query.limit + 1 });
  const records = read.slice(0, query.limit);
  const sets = await pMap(records, (set) => (set.status === 'CREATING' ? readSet(services, set) : set), {
    concurrency,
  });
  const last = records.at(-1);
  if (last === undefined || read.length <= query.limit) return { sets };
  return { sets, last: { name: last.name, id: last.id } };
}
