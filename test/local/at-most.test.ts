import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { atMost } from '../../local/at-most.ts';

it('no more than that runs at once, all of it runs, in order, and what fails gives its place back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      async (most, works) => {
        const limited = atMost(most);
        const begun: number[] = [];
        let running = 0;
        let highest = 0;
        const all = works.map((fails, i) =>
          limited(async () => {
            begun.push(i);
            highest = Math.max(highest, ++running);
            await Promise.resolve();
            running--;
            if (fails) throw new Error('failed');
            return i;
          }),
        );
        const ended = await Promise.allSettled(all);
        expect(ended.map(({ status }) => status)).toEqual(
          works.map((fails) => (fails ? 'rejected' : 'fulfilled')),
        );
        expect(begun).toEqual(works.map((_, i) => i));
        expect(highest).toBe(Math.min(most, works.length));
      },
    ),
  );
});
