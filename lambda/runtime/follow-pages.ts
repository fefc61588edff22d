import { TidemarkError } from './errors.ts';

/** No list that Tidemark reads has more pages: this many pages would list 100 million objects of one table. */
const maxPages = 100_000;

/**
 * Reads the pages of a service's list, each with the cursor from the page before it. Throws `ServiceAnswerInvalid` if a
 * cursor leads back to an earlier page or the pages do not end: nobody would notice an endless loop. `list` is the name of
 * the list in the message.
 */
export async function* followPages<P, C>(
  list: string,
  read: (cursor: C | undefined) => Promise<P>,
  cursorOf: (page: P) => C | undefined,
): AsyncGenerator<P> {
  const followed = new Set<string>();
  for (let cursor: C | undefined; followed.size < maxPages;) {
    const page = await read(cursor);
    yield page;
    cursor = cursorOf(page);
    if (cursor === undefined) return;
    const text = JSON.stringify(cursor);
    if (followed.has(text)) break;
    followed.add(text);
  }
  throw new TidemarkError('ServiceAnswerInvalid', `${list} answered pages without an end`);
}
