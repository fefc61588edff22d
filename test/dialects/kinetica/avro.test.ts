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

/** A record with a field of every type that Kinetica's API has. */
const fields = {
  text: 'string',
  count: 'long',
  data: 'bytes',
  map: { map: 'string' },
  texts: { array: 'string' },
  maps: { array: { map: 'string' } },
  lists: { array: { array: 'long' } },
} as const;

/** The schema of the same record for another implementation of Avro. */
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
/** No name is __proto__, because the other implementation makes objects with inherited properties. */
const name = text.filter((name) => name !== '__proto__');
/** The integers that the other implementation has too. */
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

/** Replaces the bytes by hex digits, because the two implementations return bytes in different classes. */
function toPlain(record: RecordValue<typeof fields>): object {
  return { ...record, data: Buffer.from(record.data).toString('hex') };
}

describe('the Avro codec', () => {
  it('encodes and decodes like another implementation', () => {
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
    'returns the number %s unchanged',
    (count) => {
      expect(decodeAvro({ count: 'long' }, encodeAvro({ count: 'long' }, { count }))).toEqual({ count });
    },
  );

  it('accepts the name __proto__', () => {
    const bytes = encodeAvro(
      { map: { map: 'string' } },
      { map: JSON.parse('{"__proto__":"x"}') as object as Record<string, string> },
    );
    const { map } = decodeAvro({ map: { map: 'string' } }, bytes);
    expect(Object.entries(map)).toEqual([['__proto__', 'x']]);
  });

  it('reads a block with a negative count and a size', () => {
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

  it('refuses at once a block that claims more entries than there are bytes', () => {
    // 2^52 entries. A decoder that loops before it checks would need years.
    const count = encodeAvro({ count: 'long' }, { count: 2 ** 52 });
    for (const type of [{ map: 'string' }, { array: 'string' }, { array: { array: 'long' } }] as const) {
      expect(() => decodeAvro({ type }, count)).toThrow('more entries');
    }
  });

  it('decodes any bytes to a record or an AvroError, and encodes each record to bytes that decode to an equal one', () => {
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
