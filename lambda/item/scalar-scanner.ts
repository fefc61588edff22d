// Imported constants are slower in the inner loops, unless they are bundled (measured on Node 24).
const backslash = 0x5c;
const equals = 0x3d;
const minus = 0x2d;
const nine = 0x39;
const point = 0x2e;
const quote = 0x22;
const zero = 0x30;

/** The error that is thrown for text that is not plain. One instance is reused, because creating an error is slow. */
export const notPlain = new Error('the text is not plain');

/** The characters that may follow a backslash in canonical text: `"`, `\`, `b`, `f`, `n`, `r`, `t`. */
const shortEscapes = new Set(Buffer.from('"\\bfnrt'));

/** The value of each base64 digit by its byte, -1 for other bytes. */
const sixBits = new Int8Array(256).fill(-1);
for (const [i, byte] of Buffer.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries()) {
  sixBits[byte] = i;
}

/** DynamoDB's numbers (`number.ts`) in plain decimal: the largest has as many digits before the point, and 38 may differ from 0. */
const maxWholeDigits = 126;
const maxSignificantDigits = 38;

/** The smallest number has its first digit other than 0 at this place after the point. */
const maxPlace = 130;

/**
 * Scans the strings, numbers and binary values of plain text: of text in which each of them is already canonical. Each
 * method starts at `at` and moves `at` past the scanned text. Throws `notPlain` at any other text, whether it is valid or
 * not.
 */
export class ScalarScanner {
  /** The scanner's position: after the text that it scanned last. */
  at = 0;
  protected bytes: Buffer = Buffer.alloc(0);
  /** Whether the string that was scanned last has escapes. */
  protected hasEscapes = false;

  /** Skips this byte if it comes next. Returns whether it did. */
  takeByte(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Skips this byte, which must come next. */
  expectByte(byte: number): void {
    if (this.bytes[this.at++] !== byte) throw notPlain;
  }

  /** Skips this text if it comes next. Returns whether it did. */
  protected takeText(text: Buffer): boolean {
    const { length } = text;
    for (let i = 0; i < length; i++) if (this.bytes[this.at + i] !== text[i]) return false;
    this.at += length;
    return true;
  }

  /** Scans a string. Returns the length of its content in UTF-8. */
  protected scanString(): number {
    const { bytes } = this;
    const { length } = bytes;
    let { at } = this;
    if (bytes[at++] !== quote) throw notPlain;
    const start = at;
    let escapes = 0;
    for (; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) break;
      if (byte < 0x20) throw notPlain;
      if (byte === backslash) {
        if (!shortEscapes.has(bytes[++at] ?? 0)) throw notPlain;
        escapes++;
      }
    }
    if (at >= length) throw notPlain;
    this.at = at + 1;
    this.hasEscapes = escapes > 0;
    return at - start - escapes;
  }

  /** Scans a number in quotes. Returns its size in DynamoDB. */
  protected scanNumber(): number {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at++] !== quote) throw notPlain;
    const isNegative = bytes[at] === minus;
    if (isNegative) at++;
    const start = at;
    let firstSignificant = -1;
    let lastSignificant = -1;
    let digits = 0;
    let pointAt = -1;
    let byte = bytes[at] ?? 0;
    for (; ; byte = bytes[++at] ?? 0) {
      if (byte >= zero && byte <= nine) {
        if (byte !== zero) {
          if (firstSignificant < 0) firstSignificant = digits;
          lastSignificant = digits;
        }
        digits++;
      } else if (byte === point && pointAt < 0) pointAt = at;
      else break;
    }
    const wholeDigits = (pointAt < 0 ? at : pointAt) - start;
    if (
      byte !== quote ||
      wholeDigits === 0 ||
      (bytes[start] === zero && wholeDigits > 1) ||
      (pointAt >= 0 && (pointAt === at - 1 || bytes[at - 1] === zero)) ||
      (isNegative && firstSignificant < 0) ||
      wholeDigits > maxWholeDigits ||
      firstSignificant - wholeDigits >= maxPlace ||
      lastSignificant - firstSignificant >= maxSignificantDigits
    ) {
      throw notPlain;
    }
    this.at = at + 1;
    this.hasEscapes = false;
    const significant = firstSignificant < 0 ? 0 : lastSignificant - firstSignificant + 1;
    return 1 + Math.ceil(significant / 2) + (isNegative ? 1 : 0);
  }

  /** Scans base64 in quotes. Returns the number of bytes that it stands for. */
  protected scanBinary(): number {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at++] !== quote) throw notPlain;
    const start = at;
    let last = 0;
    for (let bits = sixBits[bytes[at] ?? 0] ?? -1; bits >= 0; bits = sixBits[bytes[at] ?? 0] ?? -1) {
      last = bits;
      at++;
    }
    let padding = 0;
    while (padding < 2 && bytes[at] === equals) {
      padding++;
      at++;
    }
    // The last digit may have bits beyond the last whole byte. They must be zero.
    const spare = padding === 2 ? 0b1111 : padding === 1 ? 0b11 : 0;
    if (bytes[at] !== quote || (at - start) % 4 !== 0 || (last & spare) !== 0) throw notPlain;
    this.at = at + 1;
    this.hasEscapes = false;
    return ((at - start) / 4) * 3 - padding;
  }
}
