import { Type } from 'avsc';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AvroError,
  decodeAvro,
  encodeAvro,
  type RecordValue,
} from '../../../lambda/dialects/kinetica/avro.ts';
import { anyCodePoint } from '../../support/item/arbitrary.ts';
import { scaleRuns } from '../../support/scale.ts';

/** A record with a field of every type that this API has. */
const fields = {
  text: 'string',
  count: 'long',
  data: 'bytes',
  map: { map: 'string' },
  texts: { array: 'string' },
  maps: { array: { map: 'string' } },
  lists: { array: { array: 'long' } },
} as const;

/** The same record as another implementation of Avro describes it. */
const reference = Type.forSchema({
  type: 'record',
  name: 'everything',
  fields: [
    { name: 'text', type: 'string' },
    { name: 'count', type: 'long' },
    { name: 'data', type: 'bytes' },
    { name: 'map', type: { type: 'map', values: 'string' } },
    { name: 'texts', type: { type: 'array', items: 'string' } },
    { name: 'maps', type: { type: 'array', items: { type: 'map', values: 'string' } } },
    { name: 'lists', type: { type: 'array', items: { type: 'array', items: 'long' } } },
  ],
});

const text = fc.string({ unit: anyCodePoint }).map((text) => text.toWellFormed());
/** The other implementation makes objects with inherited properties. */
const name = text.filter((name) => name !== '__proto__');
/** The other implementation has no larger numbers. */
const long = fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 });

const records = fc.record({
  text,
  count: long,
  data: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  map: fc.dictionary(name, text, { noNullPrototype: true }),
  texts: fc.array(text),
  maps: fc.array(fc.dictionary(name, text, { noNullPrototype: true })),
  lists: fc.array(fc.array(long)),
});

/** Bytes in one class, whoever made them. */
function toPlain(record: RecordValue<typeof fields>): object {
  return { ...record, data: Buffer.from(record.data).toString('hex') };
}

describe('Avro', () => {
  it('is what another implementation encodes and decodes', () => {
    fc.assert(
      fc.property(records, (record) => {
        const bytes = Buffer.from(encodeAvro(fields, record));
        expect(bytes.equals(reference.toBuffer(record))).toBe(true);
        expect(toPlain(decodeAvro(fields, bytes))).toEqual(toPlain(record));
      }),
      { numRuns: scaleRuns(200) },
    );
  });

  it.each([0, 1, -1, 63, 64, -64, -65, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53) + 1])(
    'keeps the number %s',
    (count) => {
      expect(decodeAvro({ count: 'long' }, encodeAvro({ count: 'long' }, { count }))).toEqual({ count });
    },
  );

  it('keeps a name that is __proto__', () => {
    const bytes = encodeAvro(
      { map: { map: 'string' } },
      { map: JSON.parse('{"__proto__":"x"}') as object as Record<string, string> },
    );
    const { map } = decodeAvro({ map: { map: 'string' } }, bytes);
    expect(Object.entries(map)).toEqual([['__proto__', 'x']]);
  });

  it('reads a block with a negative count and its size', () => {
    // Count -1, 4 bytes: "a" -> "b"; then the end.
    const bytes = Uint8Array.of(1, 8, 2, 0x61, 2, 0x62, 0);
    expect(decodeAvro({ map: { map: 'string' } }, bytes)).toEqual({ map: { a: 'b' } });
  });

  it.each([
    ['a text that is cut off', Uint8Array.of(10, 0x61)],
    ['a text with a negative length', Uint8Array.of(1)],
    ['a text that is not UTF-8', Uint8Array.of(2, 0xff)],
    ['no bytes', Uint8Array.of()],
    ['bytes after the record', Uint8Array.of(0, 0)],
    ['a length of 64 bits', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 1)],
    ['a length that never ends', new Uint8Array(20).fill(255)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeAvro({ text: 'string' }, bytes)).toThrow(AvroError);
  });

  it('refuses a block that claims more entries than there are bytes, at once', () => {
    // 2^52 entries. A decoder that counts before it checks would need years.
    const count = encodeAvro({ count: 'long' }, { count: 2 ** 52 });
    for (const type of [{ map: 'string' }, { array: 'string' }, { array: { array: 'long' } }] as const) {
      expect(() => decodeAvro({ type }, count)).toThrow('more entries');
    }
  });

  it('answers any bytes with a record or an AvroError, and any record that it accepts is encoded to one that is equal', () => {
    const encoded = records.map((record) => encodeAvro(fields, record));
    const changed = fc
      .tuple(encoded, fc.nat(), fc.nat(255))
      .map(([bytes, at, byte]) =>
        Uint8Array.from(bytes).fill(byte, at % bytes.length, (at % bytes.length) + 1),
      );
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), changed);
    fc.assert(
      fc.property(bytes, (bytes) => {
        try {
          const record = decodeAvro(fields, bytes);
          expect(toPlain(decodeAvro(fields, encodeAvro(fields, record)))).toEqual(toPlain(record));
        } catch (error) {
          if (!(error instanceof AvroError)) throw error;
        }
      }),
      { numRuns: scaleRuns(1000) },
    );
  });
});
