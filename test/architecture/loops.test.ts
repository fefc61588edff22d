import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/**
 * Every loop of `lambda/` and `local/` without a counter, by its file, with the condition that ends it. A loop that repeatedly
 * calls a service must end by a time or a number of its own, even if the service never says that it is done.
 */
const ends: Readonly<Record<string, readonly string[]>> = {
  // Loops over a text or bytes: each iteration moves forward.
  'lambda/dialects/kinetica/avro.ts': ['a block of the text each turn', 'seven bits of the number each turn'],
  'lambda/item/doubled-name.ts': ['a character each turn'],
  'lambda/item/item-scanner.ts': ['a member each turn', 'an element each turn', 'an element each turn'],
  'lambda/item/parse-json.ts': [
    'a match each turn',
    'a character each turn',
    'a character each turn',
    'a name each turn',
  ],
  'lambda/item/scalar-scanner.ts': ['a byte each turn', 'a byte each turn', 'two bytes'],
  'lambda/item/scanned-members.ts': ['a member each turn'],
  'lambda/runtime/drop-trailing.ts': ['a character each turn'],
  'lambda/snapshot/compact/sort-buffer.ts': ['a key each turn', 'a key each turn'],
  'lambda/snapshot/compact/spill-record.ts': ['a record each turn'],
  'lambda/snapshot/compact/staged-record.ts': ['a member each turn'],
  'lambda/snapshot/format/frame-index.ts': ['the half each turn'],
  'lambda/snapshot/format/hash-range.ts': ['twice the number each turn, up to a limit'],
  'lambda/snapshot/format/line.ts': ['a line each turn', 'a byte each turn', 'a byte each turn'],
  'lambda/snapshot/read/find-line.ts': ['the half each turn'],
  'lambda/storage/directory-store.ts': ['a read each turn; the end of the file ends it'],
  // Loops over stored data: each iteration takes one of a finite number of frames, entries or parts.
  'lambda/jobs/staging.ts': ['a part each turn; a missing one throws'],
  'lambda/snapshot/read/entry-cursor.ts': ['a frame each turn'],
  'lambda/snapshot/read/merge.ts': [
    'an entry each turn',
    'a run each turn',
    'half of the heap each turn',
    'half of the heap each turn',
  ],
  'lambda/snapshot/verify/verify.ts': ['a frame each turn'],
  'lambda/operations/verify-backup.ts': ['a partition each turn, within the time of a page'],
  'lambda/restore/write-items.ts': ['progress, or five refusals in a row, within the time of a step'],
  'local/dynamodb/exports/import-source.ts': ['a line each turn', 'a frame each turn'],
  'local/dynamodb/exports/import-object.ts': ['a batch each turn', 'an item each turn'],
  // Loops over pages, candidates and attempts.
  'lambda/catalog/backup-list.ts': ['`maxListPages` pages'],
  'lambda/catalog/catalog-table.ts': ['`maxConflictTries` tries'],
  'lambda/operations/table-groups.ts': ['`maxTagAttempts` tries'],
  'lambda/backup/find-source.ts': ['a parent less each turn'],
  'lambda/dialects/kinetica/endpoints/verify-backup.ts': ['a page each turn, within the time of a request'],
  'lambda/dialects/list-sets.ts': ['a page each turn, older than the one before'],
  'lambda/operations/sets/remove-replaced.ts': ['a page each turn, older than the one before; 50 deletions'],
  'lambda/runtime/follow-pages.ts': ['100,000 pages; a page that was read throws'],
  'lambda/tables/stream.ts': ['the reader: some empty pages in a row, or the time of a step'],
  'lambda/sources/stream-cut.ts': ['children, or the time of a step'],
  // Loops that wait.
  'lambda/dialects/kinetica/snapshots.ts': ['the time of a request'],
  'lambda/dialects/kinetica/endpoints/restore-backup.ts': ['the time of a request'],
  'local/dynamodb/exports/jobs.ts': ['the time given to `idle`'],
  'local/guard/deletions.ts': ['five minutes'],
  'local/left-over.ts': ['the time after which it throws'],
  'local/local-executions.ts': ['the time given to `idle`'],
  'local/services.ts': ['half a minute: `settle` throws'],
};

/** Finds the loops without a counter: `while`, `do`, and `for` without a step or a condition. */
function countLoops(text: string): number {
  const code = text.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  const whiles = code.match(/\bwhile \(/g)?.length ?? 0;
  const fors = Array.from(code.matchAll(/\bfor \(([^;()]*);(.*?);(.*?)\)/g)).filter(
    ([, start = '', condition = '', step = '']) =>
      start.trim() === '' || condition.trim() === '' || step.trim() === '',
  ).length;
  return whiles + fors;
}

it('the list names every loop without a counter, with the condition that ends it', () => {
  const files = globSync(['lambda/**/*.ts', 'local/**/*.ts']);
  expect(files.length).toBeGreaterThan(300);
  const found = files
    .map((file) => [file, countLoops(readFileSync(file, 'utf8'))] as const)
    .filter(([, count]) => count > 0);
  const known = Object.entries(ends).map(([file, reasons]) => [file, reasons.length]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known));
});
