import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyNames } from '../../../lambda/item/attribute-value.ts';
import { toCanonicalItem, toCanonicalKey } from '../../../lambda/item/canonical.ts';
import { measureItem } from '../../../lambda/item/size.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { digestImage } from '../../../lambda/snapshot/format/digest.ts';
import { StagedLineParser } from '../../../lambda/snapshot/compact/staged-record.ts';
import { anyItem, createChoices, writeItem, spellItem } from '../../support/item/arbitrary.ts';
import { scaleRuns } from '../../support/scale.ts';
import { hashKey } from '../../support/snapshot/support.ts';

const parseStagedLine = (line: string, keyNames: KeyNames) =>
  new StagedLineParser({ names: keyNames, hash: hashKey }).parse(Buffer.from(line));

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

  it('gives images in canonical form for every spelling of the line', () => {
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
  ])('throws RecordNotUnderstood: %s', (line) => {
    expect(() => parseStagedLine(line, keyNames)).toThrow(
      expect.objectContaining({ code: 'RecordNotUnderstood' }),
    );
  });

  it.each(['', '{', `{"Item":${newImage}`, `{"Item":${newImage}}}`, 'Item'])(
    'throws StagedDataCorrupt if it is not JSON: %s',
    (line) => {
      expect(() => parseStagedLine(line, keyNames)).toThrow(
        expect.objectContaining({ code: 'StagedDataCorrupt' }),
      );
    },
  );
});

describe('a staged line that no export contains', () => {
  const itemOf = (value: string): string => `{"Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":${value}}}`;
  const twice = 'a staged line has an object with a name twice';
  const many = `1${'0'.repeat(400)}`;

  it.each<[string, string, string]>([
    ['two items', `{"Item":${newImage},"Item":${newImage}}`, twice],
    ['two keys', `{"Keys":${keys},"Keys":${keys}}`, twice],
    ['two new images', `{"Keys":${keys},"NewImage":${newImage},"NewImage":${newImage}}`, twice],
    ['two metadata', `{"Metadata":{},"Metadata":{"ApplyOrder":{"N":"1"}},"Keys":${keys}}`, twice],
    ['two orders', `{"Metadata":{"ApplyOrder":{"N":"1"},"ApplyOrder":{"N":"2"}},"Keys":${keys}}`, twice],
    ['an attribute twice', `{"Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"x"},"v":{"S":"y"}}}`, twice],
    ['a key attribute twice', `{"Item":{"pk":{"S":"a"},"sk":{"N":"1"},"pk":{"S":"b"}}}`, twice],
    ['a type twice', itemOf('{"S":"x","S":"y"}'), twice],
    ['a name of a nested map twice', itemOf('{"L":[{"M":{"a":{"S":"x"},"a":{"S":"x"}}}]}'), twice],
    ['equal texts in a set', itemOf('{"SS":["x","y","x"]}'), 'a record has a set with equal members'],
    ['equal numbers in a set', itemOf('{"NS":["1","2","1"]}'), 'a record has a set with equal members'],
    [
      'equal numbers in a set, in other spellings',
      itemOf('{"NS":["1","10e-1"]}'),
      'a record has a set with equal members',
    ],
    ['equal bytes in a set', itemOf('{"BS":["eA==","eA"]}'), 'a record has a set with equal members'],
    ['an empty set of texts', itemOf('{"SS":[]}'), 'a record has an empty set'],
    ['an empty set of numbers', itemOf('{"NS":[]}'), 'a record has an empty set'],
    ['an empty set of bytes', itemOf('{"L":[{"BS":[]}]}'), 'a record has an empty set'],
    ['a number of 400 digits', itemOf(`{"N":"${many}"}`), 'an N value is out of range'],
    ['a number of 39 digits', itemOf(`{"N":"${'1'.repeat(39)}"}`), 'more than 38 significant digits'],
    ['a fraction of 39 digits', itemOf(`{"N":"0.${'1'.repeat(39)}"}`), 'more than 38 significant digits'],
    ['a number of 127 digits', itemOf(`{"N":"1${'0'.repeat(126)}"}`), 'an N value is out of range'],
    ['a number below 1E-130', itemOf(`{"N":"0.${'0'.repeat(130)}1"}`), 'an N value is out of range'],
    ['a number of 400 digits in a set', itemOf(`{"NS":["${many}"]}`), 'an N value is out of range'],
    ['a key of 39 digits', `{"Keys":{"pk":{"S":"a"},"sk":{"N":"${'1'.repeat(39)}"}}}`, '38 significant'],
  ])('throws RecordNotUnderstood, for %s, with any white space', (_name, line, message) => {
    for (const text of [line, ` ${line}`]) {
      expect(() => parseStagedLine(text, keyNames)).toThrow(
        expect.objectContaining({ code: 'RecordNotUnderstood', message: expect.stringContaining(message) }),
      );
    }
  });

  it.each<[string, string]>([
    ['two items', `{"Item":${newImage},"\\u0049tem":${newImage}}`],
    ['an attribute twice', itemOf('{"S":"x"},"\\u0076":{"S":"y"}')],
  ])('throws StagedDataCorrupt, for %s in different spellings', (_name, line) => {
    for (const text of [line, ` ${line}`]) {
      expect(() => parseStagedLine(text, keyNames)).toThrow(
        expect.objectContaining({ code: 'StagedDataCorrupt', message: 'a staged line is not JSON' }),
      );
    }
  });

  it('is distinguished from one with a colon after a text, or with equal names in different objects', () => {
    const value = '{"M":{"v":{"S":"\\":"},"w":{"M":{"v":{"SS":["v:","\\\\"]}}}}}';
    for (const line of [itemOf(value), ` ${itemOf(value).replaceAll(':', ' : ')}`]) {
      expect(() => parseStagedLine(line, keyNames)).not.toThrow();
    }
  });
});

describe('the fast scan of a staged line', () => {
  /** Returns the outcomes of the fast scan and of the slow reader. White space, which JSON ignores, forces the slow reader. */
  const outcomes = (line: Buffer, keyNames: KeyNames): unknown[] =>
    [line, Buffer.concat([Buffer.from(' '), line])].map((text) => {
      try {
        return new StagedLineParser({ names: keyNames, hash: hashKey }).parse(text);
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

  it('gives the same as the slow reader for any item in any spelling', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const [taken, ordinary] = outcomes(Buffer.from(lineOf(line)), line.item.keyNames);
        expect(taken).toEqual(ordinary);
      }),
      { numRuns: scaleRuns(125) },
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
      { numRuns: scaleRuns(500) },
    );
  });
});
