import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyNames } from '../../../lambda/item/attribute-value.ts';
import { toCanonicalItem, toCanonicalKey } from '../../../lambda/item/canonical.ts';
import { hashKey } from '../../../lambda/item/key-hash.ts';
import { measureItem } from '../../../lambda/item/size.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { digestImage } from '../../../lambda/snapshot/format/digest.ts';
import { StagedLineParser } from '../../../lambda/snapshot/compact/staged-record.ts';
import { anyItem, createChoices, writeItem, spellItem } from '../../support/item/arbitrary.ts';

const parseStagedLine = (line: string, keyNames: KeyNames) =>
  new StagedLineParser(keyNames).parse(Buffer.from(line));

const keyNames: KeyNames = ['pk', 'sk'];
const keys = '{"sk":{"N":"01"},"pk":{"S":"a"}}';
const keyText = '"pk":{"S":"a"},"sk":{"N":"1"}';
const oldImage = '{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"1.0"}}';
const newImage = '{"v":{"N":"20"},"sk":{"N":"1e0"},"pk":{"S":"a"}}';
const canonicalOld = Buffer.from(`{${keyText},"v":{"N":"1"}}`);
const canonicalNew = Buffer.from(`{${keyText},"v":{"N":"20"}}`);

// pk + a, sk + number, v + number: 3 + 4 + 3.
const imageBytes = 10;
const keyed = { hash: hashKey(Buffer.from(keyText)), key: Buffer.from(keyText) };
const old = { digest: digestImage(canonicalOld), bytes: imageBytes };
const none = { image: undefined, imageBytes: 0 };
const image = { image: canonicalNew, imageBytes };

describe('a staged line in DynamoDB’s export format', () => {
  const ours = '{"ApplyOrder":{"N":"123"}}';
  const exported = '{"WriteTimestampMicros":{"N":"1680109764000000"}}';
  const at = { first: '123', last: '123' };
  const unordered = { first: '', last: '' };

  it.each([
    ['an item of a full export', `{"Item":${newImage}}`, { ...unordered, old: undefined, ...image }],
    [
      'an insert',
      `{"Metadata":${ours},"Keys":${keys},"NewImage":${newImage}}`,
      { ...at, old: undefined, ...image },
    ],
    [
      'an update',
      `{"Metadata":${ours},"Keys":${keys},"OldImage":${oldImage},"NewImage":${newImage}}`,
      { ...at, old, ...image },
    ],
    ['a deletion', `{"Metadata":${ours},"Keys":${keys},"OldImage":${oldImage}}`, { ...at, old, ...none }],
    [
      'the deletion of an item that did not exist',
      `{"Metadata":${ours},"Keys":${keys}}`,
      { ...at, old: undefined, ...none },
    ],
    [
      'a record of DynamoDB’s own incremental export, one for a key',
      `{"Metadata":${exported},"Keys":${keys},"OldImage":${oldImage},"NewImage":${newImage}}`,
      { ...unordered, old, ...image },
    ],
  ])('is parsed as a change: %s', (_name, line, change) => {
    expect(parseStagedLine(line, keyNames)).toEqual({ ...keyed, ...change });
  });

  it('gives images in canonical form, however they are spelled', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ keyNames, members }, seed) => {
        const spell = (turn: number): string =>
          JSON.stringify(spellItem(members, createChoices(seed + turn)));
        const plain = writeItem(members);
        const key = Buffer.from(toCanonicalKey(plain, keyNames));
        const change = parseStagedLine(
          `{"Keys":${spell(0)},"OldImage":${spell(1)},"NewImage":${spell(2)}}`,
          keyNames,
        );
        const canonical = Buffer.from(toCanonicalItem(plain, keyNames));
        expect(change.key.equals(key)).toBe(true);
        expect(change.hash).toBe(hashKey(key));
        expect(change.image?.equals(canonical)).toBe(true);
        expect(change.old?.digest.equals(digestImage(canonical))).toBe(true);
        expect([change.old?.bytes, change.imageBytes]).toEqual([measureItem(plain), measureItem(plain)]);
      }),
    );
  });
});

describe('a staged line of another shape', () => {
  it.each([
    'null',
    '5',
    '"Item"',
    '[]',
    '{}',
    '{"Metadata":{}}',
    `{"NewImage":${newImage}}`,
    `{"Item":${newImage},"Keys":${keys}}`,
    `{"Item":${newImage},"NewImage":${newImage}}`,
    `{"Item":${newImage},"Extra":{}}`,
    `{"item":${newImage}}`,
    `{"Keys":${keys},"Extra":{}}`,
    `{"Keys":${keys},"__proto__":{}}`,
    '{"Item":null}',
    '{"Item":"a"}',
    '{"Item":{}}',
    '{"Item":[]}',
    '{"Item":{"pk":{"S":"a"}}}',
    `{"Keys":null,"NewImage":${newImage}}`,
    `{"Keys":{"pk":{"S":"a"}},"NewImage":${newImage}}`,
    `{"Keys":${keys},"NewImage":null}`,
    `{"Keys":${keys},"NewImage":0}`,
    `{"Keys":${keys},"NewImage":{}}`,
    `{"Keys":${keys},"OldImage":null}`,
    `{"Keys":${keys},"OldImage":""}`,
    `{"Keys":${keys},"OldImage":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"X":"1"}}}`,
    `{"Keys":${keys},"NewImage":{"pk":{"S":"b"},"sk":{"N":"1"}}}`,
    `{"Keys":${keys},"OldImage":{"pk":{"S":"a"},"sk":{"N":"10"}}}`,
    `{"Metadata":null,"Keys":${keys}}`,
    `{"Metadata":{"ApplyOrder":null},"Keys":${keys}}`,
    `{"Metadata":{"ApplyOrder":{"N":5}},"Keys":${keys}}`,
    `{"Metadata":{"ApplyOrder":{"S":"5"}},"Keys":${keys}}`,
    `{"Metadata":{"ApplyOrder":{"N":"05"}},"Keys":${keys}}`,
    `{"Metadata":{"ApplyOrder":{"N":"-5"}},"Keys":${keys}}`,
    `{"Metadata":{"ApplyOrder":{"N":""}},"Keys":${keys}}`,
  ])('is RecordNotUnderstood: %s', (line) => {
    expect(() => parseStagedLine(line, keyNames)).toThrow(
      expect.objectContaining({ code: 'RecordNotUnderstood' }),
    );
  });

  it.each(['', '{', `{"Item":${newImage}`, `{"Item":${newImage}}}`, 'Item'])(
    'is StagedDataCorrupt if it is not JSON: %s',
    (line) => {
      expect(() => parseStagedLine(line, keyNames)).toThrow(
        expect.objectContaining({ code: 'StagedDataCorrupt' }),
      );
    },
  );
});

describe('the fast scan of a staged line', () => {
  /** The outcomes of the fast scan and of the slow reader. White space forces the slow reader, and has no meaning in JSON. */
  const outcomes = (line: Buffer, keyNames: KeyNames): unknown[] =>
    [line, Buffer.concat([Buffer.from(' '), line])].map((text) => {
      try {
        return new StagedLineParser(keyNames).parse(text);
      } catch (error) {
        return error instanceof TidemarkError ? error.code : error;
      }
    });

  const anyLine = fc.record({
    item: anyItem,
    seed: fc.nat(),
    plain: fc.boolean(),
    shape: fc.constantFrom('Item', 'Keys', 'change'),
  });
  type AnyLine = typeof anyLine extends fc.Arbitrary<infer Line> ? Line : never;
  const lineOf = ({ item: { members }, seed, plain, shape }: AnyLine): string => {
    const spell = (turn: number): string =>
      JSON.stringify(plain ? writeItem(members) : spellItem(members, createChoices(seed + turn)));
    if (shape === 'Item') return `{"Item":${spell(0)}}`;
    if (shape === 'Keys') return `{"Keys":${spell(0)}}`;
    const metadata = `"Metadata":{"ApplyOrder":{"N":"${seed}"}}`;
    return `{${metadata},"Keys":${spell(0)},"OldImage":${spell(1)},"NewImage":${spell(2)}}`;
  };

  it('gives the same as the slow reader for any item, however it is spelled', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const [taken, ordinary] = outcomes(Buffer.from(lineOf(line)), line.item.keyNames);
        expect(taken).toEqual(ordinary);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same as the slow reader for a line with any damage', () => {
    const bytes = fc.constantFrom(...Buffer.from('"\\{}[]:,SNBMLu0-.e=/ \t\xff\xc3'));
    const damage = fc.record({ at: fc.nat(), remove: fc.nat(2), insert: fc.array(bytes, { maxLength: 2 }) });
    fc.assert(
      fc.property(anyLine, fc.array(damage, { minLength: 1, maxLength: 3 }), (line, damages) => {
        let text = Buffer.from(lineOf(line));
        for (const { at, remove, insert } of damages) {
          const place = at % (text.length + 1);
          text = Buffer.concat([text.subarray(0, place), Buffer.from(insert), text.subarray(place + remove)]);
        }
        const [taken, ordinary] = outcomes(text, line.item.keyNames);
        expect(taken).toEqual(ordinary);
      }),
      { numRuns: 2000 },
    );
  });
});
