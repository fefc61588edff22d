import pMap from 'p-map';
import { type ListedSet, parseSetId } from '../../model/sets.ts';
import type { ReadServices } from '../../services/operation-services.ts';
import { createPageToken, readPlace } from '../page-token.ts';
import { readSet } from './read-set.ts';

/** How many sets that are being made are read at once, each with its members. */
const concurrency = 5;

export interface SetPage {
  /** The sets in the requested order. A set that is being made comes with progress and members, an ended one without. */
  readonly sets: readonly ListedSet[];
  /** The token of the next page; absent on the last page. */
  readonly next?: string;
}

export interface ListBackupSetsInput {
  /** The name whose sets are listed. Absent: the sets of all names. */
  readonly name?: string;
  readonly limit: number;
  readonly newestFirst?: true;
  /** The token of the previous page. */
  readonly next?: string;
}

/** A token's place is the id of the last set of its page. */
const idPlace = /^[1-9]\d{0,14}$/;

/**
 * Lists one page of the sets of a name, or of all names, oldest first unless the request says `newestFirst`. Throws
 * `Validation` for a token that is not the previous page's.
 */
export async function listBackupSets(
  services: Pick<ReadServices, 'catalog' | 'secret'>,
  { next, ...query }: ListBackupSetsInput,
): Promise<SetPage> {
  const { catalog, secret } = services;
  const facts = ['sets', query.name, String(query.newestFirst)];
  const after = next === undefined ? undefined : parseSetId(await readPlace(secret, next, facts, idPlace));
  const read = await catalog.sets.list({ ...query, ...(after && { after }), limit: query.limit + 1 });
  const records = read.slice(0, query.limit);
  const sets = await pMap(records, (set) => (set.status === 'CREATING' ? readSet(services, set) : set), {
    concurrency,
  });
  const last = records.at(-1);
  if (last === undefined || read.length <= query.limit) return { sets };
  return { sets, next: await createPageToken(secret, String(last.id), facts) };
}
