import * as fc from 'fast-check';
import type { AttributeValue, Item, KeyNames } from '../../../lambda/item/attribute-value.ts';

/** Any code point but the halves of surrogate pairs. (fast-check's own takes most of a second to set up.) */
const anyCodePoint = fc
  .integer({ min: 0, max: 0x10f7ff })
  .map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

/** Text of any code points (DynamoDB's strings are UTF-8), the troublesome ones often. */
export const anyText = fc.oneof(
  fc.string({ unit: anyCodePoint, maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\0', '\u2028', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', 'é'),
    maxLength: 6,
  }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'S', 'B', '0', '10', '9'),
);

/**
 * An attribute name. Without a backslash: once JSON.parse of Node 24 has seen `{"\\":1}`, it gives a backslash for the
 * name in `{"\"":1}`, too (issue 63785 of nodejs/node).
 */
const anyName = anyText.filter((name) => !name.includes('\\'));

/** A number: `digits` (no zero at either end, '' for zero) times ten to the power of `exponent`. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** DynamoDB's range: 38 significant digits, magnitudes from 1e-130 to 9.9...e125. */
export const anyDecimal: fc.Arbitrary<Decimal> = fc
  .record({
    negative: fc.boolean(),
    digits: fc.array(fc.nat(9), { maxLength: 38 }).map((digits) => digits.join('')),
    magnitude: fc.oneof(fc.integer({ min: -130, max: 125 }), fc.integer({ min: -5, max: 40 })),
  })
  .map(({ negative, digits, magnitude }) => {
    const significant = digits.replaceAll(/^0+|0+$/g, '');
    if (significant === '') return { negative: false, digits: '', exponent: 0 };
    return { negative, digits: significant, exponent: magnitude - significant.length + 1 };
  });

/** A value apart from how it is written: numbers as `Decimal`, binary as bytes, sets and maps without order. */
export type Value =
  | { readonly S: string }
  | { readonly N: Decimal }
  | { readonly B: Uint8Array }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly Decimal[] }
  | { readonly BS: readonly Uint8Array[] }
  | { readonly M: Members }
  | { readonly L: readonly Value[] }
  | { readonly BOOL: boolean }
  | { readonly NULL: true };

export type Members = readonly (readonly [name: string, value: Value])[];

const anyBytes = fc.uint8Array({ maxLength: 7 });

function setOf<T>(member: fc.Arbitrary<T>, identity: (member: T) => string): fc.Arbitrary<T[]> {
  return fc.uniqueArray(member, { selector: identity, minLength: 1, maxLength: 5 });
}

/** A plain object: what JSON gives has a prototype, too. */
function only<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const keyValue: fc.Arbitrary<Value> = fc.oneof(
  only({ S: anyText }),
  only({ N: anyDecimal }),
  only({ B: anyBytes }),
);

const { members: anyMembers } = fc.letrec<{ value: Value; members: Members }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    keyValue,
    only({ SS: setOf(anyText, String) }),
    only({ NS: setOf(anyDecimal, (decimal) => JSON.stringify(decimal)) }),
    only({ BS: setOf(anyBytes, (bytes) => bytes.join()) }),
    only({ BOOL: fc.boolean() }),
    only({ NULL: fc.constant(true as const) }),
    only({ M: tie('members') }),
    only({ L: fc.array(tie('value'), { maxLength: 4 }) }),
  ),
  members: fc.uniqueArray(fc.tuple(anyName, tie('value')), { selector: ([name]) => name, maxLength: 5 }),
}));

/** An item of a table with one or two key attributes. `keyNames` are among the names of `members`. */
export const anyItem: fc.Arbitrary<{ keyNames: KeyNames; members: Members }> = fc
  .record({
    keyNames: fc.oneof(
      fc.tuple(anyName),
      fc.tuple(anyName, anyName).filter(([hash, range]) => hash !== range),
    ),
    keys: fc.tuple(keyValue, keyValue),
    others: anyMembers,
  })
  .map(({ keyNames, keys, others }) => ({
    keyNames,
    members: [
      ...others.filter(([name]) => !keyNames.some((keyName) => keyName === name)),
      ...keys.flatMap((value, i) => keyNames.slice(i, i + 1).map((name) => [name, value] as const)),
    ],
  }));

/** One of `count` ways, from 0. */
export type Choose = (count: number) => number;

/** Choices that a number decides (multiplicative congruential, modulus 2^31 - 1). */
export function choices(seed: number): Choose {
  let state = (Math.abs(seed) % 2_147_483_646) + 1;
  return (count) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % count;
  };
}

/** One of the many texts of a number: the point anywhere, zeros around it, an exponent or none. */
export function spelledNumber({ negative, digits, exponent }: Decimal, choose: Choose): string {
  const behind = choose(3) + (digits === '' ? 1 : 0);
  const all = '0'.repeat(choose(3)) + digits + '0'.repeat(behind);
  const point = choose(all.length + 1);
  const mantissa = `${all.slice(0, point)}${point < all.length ? '.' : ''}${all.slice(point)}`;
  const power = exponent - behind + (all.length - point);
  const sign = negative ? '-' : choose(2) === 0 ? '' : '+';
  if (power === 0 && choose(2) === 0) return sign + mantissa;
  return `${sign}${mantissa}${choose(2) === 0 ? 'e' : 'E'}${power >= 0 && choose(2) === 0 ? '+' : ''}${power}`;
}

/** One of the texts of bytes: padded or not, either alphabet, any value in the bits that no byte uses. */
function spelledBytes(bytes: Uint8Array, choose: Choose): string {
  const digits = Buffer.from(bytes).toString('base64').replaceAll('=', '');
  const unused = [0, 0, 4, 2][digits.length % 4] ?? 0;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = alphabet[alphabet.indexOf(digits.slice(-1)) + choose(2 ** unused)] ?? '';
  const spelled = digits.slice(0, -1) + (digits === '' ? '' : last);
  const padded = choose(2) === 0 ? spelled : spelled.padEnd(Math.ceil(digits.length / 4) * 4, '=');
  return choose(2) === 0 ? padded : padded.replaceAll('+', '-').replaceAll('/', '_');
}

/** The item as DynamoDB JSON in one of its many spellings: members, set members, numbers, base64. */
export function spelledItem(members: Members, choose: Choose): Item {
  return Object.fromEntries(
    shuffled(members, choose).map(([name, value]) => [name, spelled(value, choose)] as const),
  );
}

function spelled(value: Value, choose: Choose): AttributeValue {
  if ('N' in value) return { N: spelledNumber(value.N, choose) };
  if ('B' in value) return { B: spelledBytes(value.B, choose) };
  if ('SS' in value) return { SS: shuffled(value.SS, choose) };
  if ('NS' in value) return { NS: shuffled(value.NS, choose).map((member) => spelledNumber(member, choose)) };
  if ('BS' in value) return { BS: shuffled(value.BS, choose).map((member) => spelledBytes(member, choose)) };
  if ('M' in value) return { M: spelledItem(value.M, choose) };
  if ('L' in value) return { L: value.L.map((member) => spelled(member, choose)) };
  return value;
}

function shuffled<T>(values: readonly T[], choose: Choose): T[] {
  const left = [...values];
  return values.flatMap(() => left.splice(choose(left.length), 1));
}

/** A number as docs/format.md says, by arithmetic on whole numbers. */
export function plainNumber({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent >= 0) return `${sign}${BigInt(digits) * 10n ** BigInt(exponent)}`;
  const one = 10n ** BigInt(-exponent);
  const fraction = (BigInt(digits) % one).toString().padStart(-exponent, '0');
  return `${sign}${BigInt(digits) / one}.${fraction}`;
}

/** The item in DynamoDB JSON as docs/format.md spells numbers, binary and sets. */
export function plainItem(members: Members): Item {
  return Object.fromEntries(members.map(([name, value]) => [name, plain(value)] as const));
}

function plain(value: Value): AttributeValue {
  if ('N' in value) return { N: plainNumber(value.N) };
  if ('B' in value) return { B: base64(value.B) };
  if ('SS' in value) return { SS: value.SS.toSorted(byBytes) };
  if ('NS' in value) return { NS: value.NS.map(plainNumber).sort(byBytes) };
  if ('BS' in value) return { BS: value.BS.map(base64).sort(byBytes) };
  if ('M' in value) return { M: plainItem(value.M) };
  if ('L' in value) return { L: value.L.map(plain) };
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
