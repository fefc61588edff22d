import type { KeyNames } from './attribute-value.ts';
import { notPlain, ScalarScanner } from './scalar-scanner.ts';
import { copyBytes, Members, Scratch } from './scanned-members.ts';

// Imported constants are slower in the inner loops, unless they are bundled (measured on Node 24).
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const quote = 0x22;
const [S, N, B, M, L] = ['S', 'N', 'B', 'M', 'L'].map((type) => type.charCodeAt(0));

/** The result of scanning an item. It is valid until the scanner starts with another text. */
export interface ScannedItem {
  /** The item's canonical form. */
  readonly image: Buffer;
  /** The canonical key is `image.subarray(1, 1 + keyLength)`. */
  readonly keyLength: number;
  /** The item's size in DynamoDB. */
  readonly bytes: number;
}

/** Deeper than DynamoDB nests (32 levels), but not so deep that a text could exhaust the stack. */
const maxDepth = 64;

const trueFlag = Buffer.from('{"BOOL":true}');
const falseFlag = Buffer.from('{"BOOL":false}');
const nullValue = Buffer.from('{"NULL":true}');

/**
 * Turns DynamoDB JSON into its canonical form without parsing it into objects. Most of an item's text is already canonical,
 * except for the order of its members:
 *
 * ```
 * text       {"b":{"N":"1"},"pk":{"S":"x"},"a":{"BOOL":true}}
 * members     ^ 1           ^ 0            ^ 2                  places in the text, and ranks: key attributes come first
 * canonical  {"pk":{"S":"x"},"a":{"BOOL":true},"b":{"N":"1"}}   copied in the order of the members
 * ```
 *
 * If the members are in order already, the canonical form is the text itself and nothing is copied. Measured five times as
 * fast as parsing, ordering and writing the item.
 *
 * It accepts plain text only: compact, valid UTF-8 (the caller checks that), and with values that are already canonical. It
 * throws `notPlain` at any other text, valid or not. Such text must be read by `canonical.ts` and `size.ts`, which define
 * the canonical form. Not reentrant.
 */
export class ItemScanner extends ScalarScanner {
  #size = 0;
  #depth = 0;
  readonly #keyNames: readonly Buffer[];
  readonly #members = new Members();
  readonly #scratch = new Scratch();

  constructor(keyNames: KeyNames) {
    super();
    this.#keyNames = keyNames.map((name) => Buffer.from(name));
  }

  /** Starts with another text. */
  start(bytes: Buffer): void {
    this.bytes = bytes;
    this.at = 0;
    this.#depth = 0;
    this.#members.count = 0;
    this.#scratch.clear();
  }

  /** Scans a string without escapes, such as a member's name, and returns its content. */
  readName(): string {
    const start = this.at + 1;
    this.scanString();
    if (this.hasEscapes) throw notPlain;
    return this.bytes.toString('utf8', start, this.at - 1);
  }

  /** Scans a map of attributes that need not have a key, and returns its text unchanged. */
  readAttributes(): string {
    const start = this.at;
    this.#scanMap();
    return this.bytes.toString('utf8', start, this.at);
  }

  /** Scans an item. */
  readItem(): ScannedItem {
    const start = this.at;
    this.#size = 0;
    const members = this.#members;
    const first = members.count;
    this.#scanMembers(true);
    const { bytes } = this;
    members.sort(first, bytes);
    let keyLength = this.#keyNames.length - 1;
    for (let key = 0; key < this.#keyNames.length; key++) {
      const member = members.at(first + key);
      if (members.rank(member) !== key || !isKeyType(bytes, members.valueStart(member))) throw notPlain;
      keyLength += members.length(member);
    }
    const image = members.areInPlace(first)
      ? bytes.subarray(start, this.at)
      : members.gather(first, bytes, openBrace, closeBrace, this.#scratch);
    members.count = first;
    return { image, keyLength, bytes: this.#size };
  }

  /** Scans a map and pushes its members. `isRanked`: key attributes come first, in their order. */
  #scanMembers(isRanked: boolean): void {
    const { bytes } = this;
    this.expectByte(openBrace);
    if (this.takeByte(closeBrace)) return;
    for (;;) {
      const start = this.at;
      this.#size += this.scanString();
      if (this.hasEscapes) throw notPlain;
      const nameEnd = this.at - 1;
      this.expectByte(colon);
      const valueStart = this.at;
      const rank = isRanked ? this.#rankOf(start + 1, nameEnd) : 0;
      const rewritten = this.#scanValue();
      this.#members.push(rank, start, nameEnd, valueStart, this.at, rewritten);
      if (bytes[this.at] === closeBrace) break;
      this.expectByte(comma);
    }
    this.at++;
  }

  /**
   * Returns the rank of the name at [from, to): its place among the key attributes, or the number of key attributes if
   * it is not one of them.
   */
  #rankOf(from: number, to: number): number {
    for (let key = 0; key < this.#keyNames.length; key++) {
      const name = this.#keyNames[key];
      if (name?.length === to - from && name.compare(this.bytes, from, to) === 0) return key;
    }
    return this.#keyNames.length;
  }

  /** Scans a map. Returns its canonical text, or undefined if it is canonical as it stands. */
  #scanMap(): Buffer | undefined {
    if (++this.#depth > maxDepth) throw notPlain;
    const members = this.#members;
    const first = members.count;
    this.#scanMembers(false);
    members.sort(first, this.bytes);
    const rewritten = members.areInPlace(first)
      ? undefined
      : members.gather(first, this.bytes, openBrace, closeBrace, this.#scratch);
    this.#size += members.count - first;
    members.count = first;
    this.#depth--;
    return rewritten;
  }

  /** Scans an attribute value. Returns its canonical text, or undefined if it is canonical as it stands. */
  #scanValue(): Buffer | undefined {
    const { bytes } = this;
    const start = this.at;
    if (bytes[start] !== openBrace || bytes[start + 1] !== quote) throw notPlain;
    const type = bytes[start + 2];
    let rewritten: Buffer | undefined;
    if (bytes[start + 3] === quote && bytes[start + 4] === colon) {
      this.at = start + 5;
      const content = this.at;
      if (type === S) this.#size += this.scanString();
      else if (type === N) this.#size += this.scanNumber();
      else if (type === B) this.#size += this.scanBinary();
      else if (type === M) {
        this.#size += 3;
        rewritten = this.#scanMap();
      } else if (type === L) {
        this.#size += 3;
        rewritten = this.#scanList();
      } else throw notPlain;
      if (rewritten !== undefined) rewritten = this.#wrap(start, content, rewritten);
    } else if (this.takeText(trueFlag) || this.takeText(falseFlag) || this.takeText(nullValue)) {
      this.#size += 1;
      return undefined;
    } else {
      rewritten = this.#scanSet();
    }
    this.expectByte(closeBrace);
    return rewritten;
  }

  /** Scans a list. Returns its canonical text, or undefined if it is canonical as it stands. */
  #scanList(): Buffer | undefined {
    if (++this.#depth > maxDepth) throw notPlain;
    const start = this.at;
    let pieces: Buffer[] | undefined;
    let from = start;
    this.expectByte(openBracket);
    if (!this.takeByte(closeBracket)) {
      do {
        const valueStart = this.at;
        this.#size++;
        const rewritten = this.#scanValue();
        if (rewritten === undefined) continue;
        (pieces ??= []).push(this.bytes.subarray(from, valueStart), rewritten);
        from = this.at;
      } while (this.takeByte(comma));
      this.expectByte(closeBracket);
    }
    this.#depth--;
    return pieces && Buffer.concat([...pieces, this.bytes.subarray(from, this.at)]);
  }

  /** Scans a set with its braces. Returns its canonical text, or undefined if it is canonical as it stands. */
  #scanSet(): Buffer | undefined {
    const { bytes } = this;
    const members = this.#members;
    const first = members.count;
    const start = this.at;
    const type = bytes[start + 2];
    if (bytes[start + 3] !== S || bytes[start + 4] !== quote || bytes[start + 5] !== colon) throw notPlain;
    this.at += 6;
    const content = this.at;
    this.expectByte(openBracket);
    do {
      const member = this.at;
      if (type === S) this.#size += this.scanString();
      else if (type === N) this.#size += this.scanNumber();
      else if (type === B) this.#size += this.scanBinary();
      else throw notPlain;
      if (this.hasEscapes) throw notPlain;
      members.push(0, member, this.at - 1, this.at, this.at, undefined);
    } while (this.takeByte(comma));
    this.expectByte(closeBracket);
    members.sort(first, bytes);
    const rewritten = members.areInPlace(first)
      ? undefined
      : members.gather(first, bytes, openBracket, closeBracket, this.#scratch);
    members.count = first;
    return rewritten && this.#wrap(start, content, rewritten);
  }

  /** Writes a value with new content: what stands before the content (`{"M":`), the content and a brace. */
  #wrap(start: number, content: number, rewritten: Buffer): Buffer {
    const text = this.#scratch.take(content - start + rewritten.length + 1);
    const at = copyBytes(this.bytes, start, content, text, 0);
    text[copyBytes(rewritten, 0, rewritten.length, text, at)] = closeBrace;
    return text;
  }
}

/** True if the value has a type that a key may have. Its type's name comes after `{"`. */
function isKeyType(bytes: Buffer, valueStart: number): boolean {
  const type = bytes[valueStart + 2];
  return bytes[valueStart + 3] === quote && (type === S || type === N || type === B);
}
