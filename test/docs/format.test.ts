import { expect, it } from 'vitest';
import type { Item } from '../../lambda/item/attribute-value.ts';
import { toCanonicalItem, toCanonicalKey } from '../../lambda/item/canonical.ts';
import { createKeyHash } from '../../lambda/item/key-hash.ts';
import { measureItem } from '../../lambda/item/size.ts';
import { digestImage } from '../../lambda/snapshot/format/digest.ts';
import { formatHash } from '../../lambda/snapshot/format/hash-range.ts';
import { textOf } from './pages.ts';

it('docs/format.md shows the correct canonical form, key, hash, digest and size of its example', () => {
  const page = textOf('docs/format.md');
  const [, json = ''] = /^```json\n(.*)\n```$/m.exec(page) ?? [];
  const item = JSON.parse(json) as Item;
  const form = toCanonicalItem(item, ['Song']);
  const key = toCanonicalKey(item, ['Song']);
  const rows = {
    'canonical form': `\`${form}\``,
    'canonical key': `\`${key}\``,
    'key hash (section 2), with the hash key `000102030405060708090a0b0c0d0e0f`': `\`${formatHash(createKeyHash('000102030405060708090a0b0c0d0e0f')(Buffer.from(key)))}\``,
    'item digest (section 4)': `\`${digestImage(Buffer.from(form)).toString('hex')}\``,
    'item size (section 6)': `${measureItem(item)} bytes`,
  };
  for (const [what, value] of Object.entries(rows)) expect(page).toContain(`| ${what} | ${value} |`);
});
