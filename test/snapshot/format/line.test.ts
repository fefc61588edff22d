import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCanonicalItem, toCanonicalKey } from '../../../lambda/item/canonical.ts';
import { isError } from '../../../lambda/runtime/errors.ts';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import { decodeLines, type RunKind } from '../../../lambda/snapshot/format/line.ts';
import { anyItem, createChoices, spellItem } from '../../support/item/arbitrary.ts';
import { change, toLine, keyRules, hashKey } from '../../support/snapshot/support.ts';

const anyKind = fc.constantFrom<RunKind>('base', 'delta');
const corrupt = expect.objectContaining({ code: 'SnapshotCorrupt' });

describe('a line as docs/format.md describes it', () => {
  const put = change(7, 'new');

  it('contains the item in a base run', () => {
    expect(String(toLine('base', put))).toBe('{"Item":{"pk":{"N":"7"},"v":{"S":"new"}}}\n');
  });

  it('contains the key and the new image of a put in a delta run', () => {
    expect(String(toLine('delta', put))).toBe(
      '{"Keys":{"pk":{"N":"7"}},"NewImage":{"pk":{"N":"7"},"v":{"S":"new"}}}\n',
    );
  });

  it('contains only the key of a tombstone in a delta run', () => {
    expect(String(toLine('delta', change(7, undefined)))).toBe('{"Keys":{"pk":{"N":"7"}}}\n');
  });

  it('cannot be a tombstone in a base run', () => {
    expect(() => toLine('base', change(7, undefined))).toThrow(corrupt);
  });
});

describe('decodeLines', () => {
  it('returns the changes that were encoded, with any names and values in keys and images', () => {
    const anyLines = fc.tuple(anyItem, fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 4 }));
    fc.assert(
      fc.property(anyKind, anyLines, (kind, [{ keyNames, members }, lines]) => {
        const changes = lines.map(([seed, deleted]): Change => {
          const item = spellItem(members, createChoices(seed));
          const key = Buffer.from(toCanonicalKey(item, keyNames));
          const image = Buffer.from(toCanonicalItem(item, keyNames));
          return { hash: hashKey(key), key, image: deleted && kind === 'delta' ? undefined : image };
        });
        const frame = Buffer.concat(changes.map((change) => toLine(kind, change)));
        // Not toEqual: over buffers it is slow.
        expect(isDeepStrictEqual(decodeLines(kind, frame, keyRules(keyNames.length)), changes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('returns no change for an empty frame', () => {
    expect(decodeLines('base', Buffer.alloc(0), keyRules(1))).toEqual([]);
  });
});

describe('decoding bytes that are not lines of the run', () => {
  it.each<[RunKind, string]>([
    ['base', '\n'],
    ['base', 'x\n'],
    ['base', '{"Item":{"pk":{"S":"a"}}}'],
    ['base', '{"Item":{"pk":{"S":"a"}}}\n{"Item":'],
    ['base', '{"Item":{"pk":{"S":"a"\n'],
    ['base', '{"Item":{"pk":{"S":"a"}}]\n'],
    ['base', '{"Item":{"pk":{"S":"a\n'],
    ['base', String.raw`{"Item":{"pk":{"S":"a\"}}}` + '\n'],
    ['base', '{"Item":{}}\n'],
    ['base', '{"Item":{"pk":{"S":"a"]}}\n'],
    ['delta', '{"Keys":{"pk":{"S":"a"]}}\n'],
    ['base', '{"Item":{"pk":{"BOOL":true}}}\n'],
    ['base', '{"Keys":{"pk":{"S":"a"}}}\n'],
    ['delta', '{"Item":{"pk":{"S":"a"}}}\n'],
    ['delta', '{"Keys":{"pk":{"S":"a"}}\n'],
    ['delta', '{"Keys":{"pk":{"S":"a"}}]\n'],
    ['delta', '{"Keys":{"pk":{"S":"a"}},"OldImage":{"pk":{"S":"a"}}}\n'],
    ['delta', '{"Keys":{"pk":{"S":"a"}},"NewImage":\n'],
    ['delta', '{"Keys":{"pk":{"S":"a"},"sk":{"S":"b"}}}\n'],
  ])('throws SnapshotCorrupt for a %s run: %j', (kind, text) => {
    expect(() => decodeLines(kind, Buffer.from(text), keyRules(1))).toThrow(corrupt);
  });

  it('throws SnapshotCorrupt for a key of one attribute if the table has two', () => {
    expect(() => decodeLines('base', Buffer.from('{"Item":{"pk":{"S":"a"}}}\n'), keyRules(2))).toThrow(
      corrupt,
    );
    expect(() => decodeLines('delta', Buffer.from('{"Keys":{"pk":{"S":"a"}}}\n'), keyRules(2))).toThrow(
      corrupt,
    );
  });

  it('throws SnapshotCorrupt, or returns changes that encode to the same bytes, for any mix of pieces of lines', () => {
    const pieces = [
      '{"Item":{"pk":{"S":"a"}}}\n',
      '{"Keys":{"pk":{"S":"a"}},"NewImage":{"pk":{"S":"a"}}}\n',
      '{"Item":{',
      '{"Keys":{',
      '},"NewImage":{',
      '"pk":{"S":"a"}',
      '{',
      '}',
      '}}\n',
      '"',
      '\\',
      ':',
      ',',
      '\n',
    ];
    const anyFrame = fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 2 })), { maxLength: 12 })
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(anyKind, anyFrame, fc.constantFrom(1, 2), (kind, frame, keyCount) => {
        try {
          const again = decodeLines(kind, frame, keyRules(keyCount)).map((change) => toLine(kind, change));
          expect(String(Buffer.concat(again))).toBe(String(frame));
        } catch (error) {
          if (!isError(error, 'SnapshotCorrupt')) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });
});
