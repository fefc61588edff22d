import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseBody } from '../../lambda/dialects/dynamodb/json.ts';
import { parsePath } from '../../lambda/dialects/dynamodb/paths.ts';
import { isBackupId } from '../../lambda/model/ids.ts';
import { parseBackupArn, parseTableArn, tableNameOf } from '../../lambda/model/backup-arn.ts';
import { hexPlace } from '../../lambda/operations/page-token.ts';
import { makerOf, stagedJobOf } from '../../lambda/retention/sweep-plan.ts';
import { parseRunKey } from '../../lambda/snapshot/format/manifest.ts';
import { measureCpuMs } from '../support/cpu-time.ts';

/** So long that quadratic time would be a minute. Linear time is a few milliseconds. */
const length = 400_000;
const maxMs = 500;

const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  parseBody,
  parseBackupArn,
  parseTableArn,
  tableNameOf,
  isBackupId,
  parsePath,
  hexPlace: (text) => hexPlace.test(text),
  makerOf,
  stagedJobOf,
  parseRunKey,
};

const fragments = [
  'arn:',
  'aws',
  ':',
  '::',
  'dynamodb',
  'table/',
  '/backup/',
  '01700000000000-',
  '0',
  'f',
  '-',
  '.',
];
const more = [
  'tables/',
  '/runs/',
  '.zst',
  'staging/',
  'restore-',
  '\n',
  ' ',
  '"',
  '\\',
  '[',
  '{',
  ',',
  '%2f',
  '\u2028',
];

it.each(Object.keys(parsers))('%s takes time in proportion to the length of its input', (name) => {
  const part = fc
    .array(fc.constantFrom(...fragments, ...more), { maxLength: 3 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(part, part, part, (first, again, last) => {
      const text = first + again.repeat(length / Math.max(1, again.length)) + last;
      const time = measureCpuMs(() => {
        try {
          parsers[name]?.(text);
        } catch {
          // The test measures the time even if the parser refuses the text.
        }
      });
      expect(time).toBeLessThan(maxMs);
    }),
    { numRuns: 60 },
  );
});
