/*
 * The part of Avro's binary encoding that the records of this API need: records without header, schema or length.
 *
 *   string, bytes   length (a long), then the bytes
 *   long            zigzag, 7 bits a byte, the low ones first
 *   array, map      blocks: count, entries; a count of 0 ends; a negative count is followed by the block's bytes
 *   record          its fields, in order
 */

type Leaf = 'string' | 'bytes' | 'long';

/** The type of a field. The types of this API are nested no deeper. */
export type FieldType =
  | Leaf
  | { readonly map: Leaf }
  | { readonly array: Leaf | { readonly map: Leaf } | { readonly array: Leaf } };

/** The fields of a record, in the order in which they are encoded. */
export type Fields = Readonly<Record<string, FieldType>>;

interface LeafValues {
  string: string;
  bytes: Uint8Array;
  /** A whole number that JavaScript can hold exactly. */
  long: number;
}

type InnerValue<T> = T extends Leaf
  ? LeafValues[T]
  : T extends { readonly array: infer E extends Leaf }
    ? readonly LeafValues[E][]
    : T extends { readonly map: infer E extends Leaf }
      ? Readonly<Record<string, LeafValues[E]>>
      : never;

type FieldValue<T> = T extends { readonly array: infer E } ? readonly InnerValue<E>[] : InnerValue<T>;

/** The value of a record. Its decoded maps have no inherited properties. */
export type RecordValue<F extends Fields> = { readonly [K in keyof F]: FieldValue<F[K]> };

/** The error of bytes that are not a value of the expected type. */
export class AvroError extends Error {
  override readonly name = 'AvroError';
}

/** The maximum number of bytes of a long: 64 bits in groups of 7. */
const maxLongBytes = 10;

/**
 * Decodes a record, which must take up all of the bytes. Time and memory are proportional to the number of bytes, even if
 * counts and lengths in them are false: every entry takes at least a byte. Throws `AvroError`.
 */
export function decodeAvro<const F extends Fields>(fields: F, bytes: Uint8Array): RecordValue<F> {
  const reader = new Reader(bytes);
  const entries = Object.entries(fields).map(([name, type]) => [name, readValue(reader, type)]);
  if (reader.left > 0) throw new AvroError(`${reader.left} bytes follow the record`);
  return Object.fromEntries(entries) as RecordValue<F>;
}

function readValue(reader: Reader, type: FieldType): unknown {
  if (type === 'string') return reader.readText();
  if (type === 'bytes') return reader.readBytes();
  if (type === 'long') return reader.readLong();
  if ('array' in type) {
    const values: unknown[] = [];
    readEntries(reader, () => values.push(readValue(reader, type.array)));
    return values;
  }
  const entries = new Map<string, unknown>();
  readEntries(reader, () => entries.set(reader.readText(), readValue(reader, type.map)));
  return toMap(entries);
}

/** Creates an object without inherited properties, in which `__proto__` is a name like any other. */
export function toMap<V>(entries: Iterable<readonly [string, V]>): Readonly<Record<string, V>> {
  const map = Object.create(null) as Record<string, V>;
  for (const [name, value] of entries) map[name] = value;
  return map;
}

function readEntries(reader: Reader, readEntry: () => void): void {
  for (;;) {
    const count = reader.readLong();
    if (count === 0) return;
    // The number of the block's bytes follows a negative count.
    if (count < 0) reader.readLong();
    if (Math.abs(count) > reader.left)
      throw new AvroError('a block claims more entries than there are bytes');
    for (let i = 0; i < Math.abs(count); i++) readEntry();
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Reads a whole number that JavaScript can hold exactly. */
  readLong(): number {
    let bits = 0n;
    for (let i = 0; i < maxLongBytes; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new AvroError('a number is cut off');
      bits |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return toSafeNumber((bits >> 1n) ^ -(bits & 1n));
    }
    throw new AvroError(`a number has more than ${maxLongBytes} bytes`);
  }

  readBytes(): Uint8Array {
    const length = this.readLong();
    if (length < 0 || length > this.left) throw new AvroError('a text claims more bytes than there are');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  readText(): string {
    const bytes = this.readBytes();
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new AvroError('a text is not UTF-8');
    }
  }
}

function toSafeNumber(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new AvroError('a number is 2^53 or more');
}

/** Encodes a record. */
export function encodeAvro<const F extends Fields>(fields: F, record: RecordValue<F>): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const [name, type] of Object.entries(fields)) writeValue(chunks, type, record[name]);
  return Buffer.concat(chunks);
}

function writeValue(chunks: Uint8Array[], type: FieldType, value: unknown): void {
  if (type === 'long') chunks.push(encodeLong(value as number));
  else if (type === 'string') writeBytes(chunks, Buffer.from(value as string, 'utf8'));
  else if (type === 'bytes') writeBytes(chunks, value as Uint8Array);
  else if ('array' in type) {
    writeEntries(chunks, value as readonly unknown[], (entry) => writeValue(chunks, type.array, entry));
  } else {
    writeEntries(chunks, Object.entries(value as object), ([name, entry]) => {
      writeValue(chunks, 'string', name);
      writeValue(chunks, type.map, entry);
    });
  }
}

function writeBytes(chunks: Uint8Array[], bytes: Uint8Array): void {
  chunks.push(encodeLong(bytes.length), bytes);
}

function writeEntries<T>(chunks: Uint8Array[], entries: readonly T[], write: (entry: T) => void): void {
  if (entries.length > 0) {
    chunks.push(encodeLong(entries.length));
    entries.forEach(write);
  }
  chunks.push(encodeLong(0));
}

function encodeLong(value: number): Uint8Array {
  const number = BigInt(value);
  let bits = number < 0n ? (-number << 1n) - 1n : number << 1n;
  const bytes: number[] = [];
  while (bits > 0x7fn) {
    bytes.push(Number(bits & 0x7fn) | 0x80);
    bits >>= 7n;
  }
  return Uint8Array.of(...bytes, Number(bits));
}
