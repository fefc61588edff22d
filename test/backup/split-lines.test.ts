import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from '../../lambda/backup/split-lines.ts';

describe('splitLines', () => {
  it('ends a line only at a line feed, in any text that is divided into any chunks', async () => {
    const line = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', '\u2028', '\u2029', '\r', '\u0085', '"'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (lines, ended, size) => {
          const text = Buffer.from(lines.join('\n') + (ended ? '\n' : ''));
          async function* chunks() {
            for (let i = 0; i < text.length; i += size) yield text.subarray(i, i + size);
          }
          const expected = text.length === 0 ? [] : text.toString().split('\n');
          if (expected.at(-1) === '') expected.pop();
          const batches = await Array.fromAsync(splitLines(chunks(), 'a file'));
          expect(batches.flat().map(String)).toEqual(expected);
        },
      ),
    );
  });
});
