import { rightsOf } from '../lib/rights/policies.ts';

/** Each power with the rights that give it, by the columns of the table in docs/security.md. */
const powers: readonly (readonly [column: string, right: RegExp])[] = [
  ['reads backups', /^s3:GetObject on tables$/],
  ['reads tables', /^dynamodb:(Scan|GetItem|Query|GetRecords|ExportTableToPointInTime) on user /],
  ['writes tables', /^dynamodb:(BatchWriteItem|PutItem|ImportTable|RestoreTable\w+) on user tables/],
  ['deletes tables', /^dynamodb:DeleteTable /],
  ['deletes objects', /^s3:DeleteObject /],
];

/** The columns of the table in docs/security.md that follow from rights, after the function's name. */
export const columns = [...powers.map(([column]) => column), 'writes records of'];

/** Returns the cells of a function's row, in the order of the columns. */
export function powersOf(handler: string): string[] {
  const rights = rightsOf(handler);
  const cells = powers.map(([, form]) => {
    const found = rights.filter((right) => form.test(right));
    if (found.length === 0) return '';
    return found.every((right) => right.includes('if tagged')) ? 'tagged' : 'yes';
  });
  const partitions = rights.flatMap((right) => {
    const [, keys = ''] = /(?:Put|Update|Delete)Item on catalog if in ([A-Z, ]+)/.exec(right) ?? [];
    return keys
      .split(', ')
      .map((key) => key.trim())
      .filter(Boolean);
  });
  const isUnbounded = rights.some((right) => /(Put|Update|Delete)Item on catalog$/.test(right));
  return [...cells, isUnbounded ? 'all' : [...new Set(partitions)].sort().join(', ')];
}
