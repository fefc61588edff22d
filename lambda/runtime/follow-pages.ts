import { TidemarkError } from './errors.ts';

/** More pages than any list has that Tidemark reads: 100 million objects of one table. */
const maxPages = 100_000;

/**
 * Reads the pages of a service's list, each with the cursor that the page before it answered. Throws
 * `ServiceAnswerInvalid` if a page leads back to one that was read, or if there is no end, as nobody would notice a list
 * that goes in a circle. `list` names it in the message.
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
