import type { ListedSet } from '../model/sets.ts';
import type { Operations } from '../operations/operations.ts';

/** How many sets are read at a time. */
const pageSize = 500;

/** Lists all sets of a name, or of all names if there is none, the newest first. */
export async function* listSets(
  operations: Pick<Operations, 'listBackupSets'>,
  name?: string,
): AsyncGenerator<ListedSet> {
  let next: string | undefined;
  do {
    const page = await operations.listBackupSets({
      ...(name !== undefined && { name }),
      limit: pageSize,
      newestFirst: true,
      ...(next !== undefined && { next }),
    });
    yield* page.sets;
    next = page.next;
  } while (next !== undefined);
}
