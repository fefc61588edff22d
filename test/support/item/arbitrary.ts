import * as fc from 'fast-check';
import type { AttributeValue, Item, KeyNames } from '../../../lambda/item/attribute-value.ts';

/** Any code point except the halves of surrogate pairs. (fast-check's own arbitrary takes most of a second to create.) */
export const anyCodePoint = fc
  .integer({ min: 0, max: 0x10f7ff })
  .map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

/** Text of any code points (DynamoDB's strings are UTF-8), with frequent code points that often cause trouble. */
export const anyText = fc.oneof(
  fc.string({ unit: anyCodePoint, maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\0', '\u2028', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', 'é'),
    maxLength: 6,
  }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'S', 'B', '0', '10', '9'),
);

/** A number: `digits` times ten to the power of `exponent`. The digits have no zero at either end; '' is zero. */
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

/** A value independent of its spelling: numbers as `Decimal`, binary as bytes, sets and maps without order. */
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

/** A plain object with a prototype, as JSON.parse returns it. */
function anyObject<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const keyValue: fc.Arbitrary<Value> = fc.oneof(
  anyObject({ S: anyText }),
  anyObject({ N: anyDecimal }),
  anyObject({ B: anyBytes }),
);

const { members: anyMembers } = fc.letrec<{ value: Value; members: Members }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    keyValue,
    anyObject({ SS: setOf(anyText, String) }),
    anyObject({ NS: setOf(anyDecimal, (decimal) => JSON.stringify(decimal)) }),
    anyObject({ BS: setOf(anyBytes, (bytes) => bytes.join()) }),
    anyObject({ BOOL: fc.boolean() }),
    anyObject({ NULL: fc.constant(true as const) }),
    anyObject({ M: tie('members') }),
    anyObject({ L: fc.array(tie('value'), { maxLength: 4 }) }),
  ),
  members: fc.uniqueArray(fc.tuple(anyText, tie('value')), { selector: ([name]) => name, maxLength: 5 }),
}));

/** An item of a table with one or two key attributes, which are among its `members`. */
export const anyItem: fc.Arbitrary<{ keyNames: KeyNames; members: Members }> = fc
  .record({
    keyNames: fc.oneof(
      fc.tuple(anyText),
      fc.tuple(anyText, anyText).filter(([hash, range]) => hash !== range),
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

/** Chooses one of `count` ways: a number from 0. */
export type Choose = (count: number) => number;

/** Creates choices that depend only on a seed (multiplicative congruential generator, modulus 2^31 - 1). */
export function createChoices(seed: number): Choose {
  let state = (Math.abs(seed) % 2_147_483_646) + 1;
  return (count) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % count;
  };
}

/** Spells a number in one of its many ways: the point anywhere, zeros around it, with or without an exponent. */
export function spellNumber({ negative, digits, exponent }: Decimal, choose: Choose): string {
  const trailing = choose(3) + (digits === '' ? 1 : 0);
  const all = '0'.repeat(choose(3)) + digits + '0'.repeat(trailing);
  const point = choose(all.length + 1);
  const mantissa = `${all.slice(0, point)}${point < all.length ? '.' : ''}${all.slice(point)}`;
  const power = exponent - trailing + (all.length - point);
  const sign = negative ? '-' : choose(2) === 0 ? '' : '+';
  if (power === 0 && choose(2) === 0) return sign + mantissa;
  return `${sign}${mantissa}${choose(2) === 0 ? 'e' : 'E'}${power >= 0 && choose(2) === 0 ? '+' : ''}${power}`;
}

/** Spells bytes in one of their base64 texts: padded or not, in either alphabet, with any value in the unused bits. */
function spellBytes(bytes: Uint8Array, choose: Choose): string {
  const digits = Buffer.from(bytes).toString('base64').replaceAll('=', '');
  const unused = [0, 0, 4, 2][digits.length % 4] ?? 0;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = alphabet[alphabet.indexOf(digits.slice(-1)) + choose(2 ** unused)] ?? '';
  const spelled = digits.slice(0, -1) + (digits === '' ? '' : last);
  const padded = choose(2) === 0 ? spelled : spelled.padEnd(Math.ceil(digits.length / 4) * 4, '=');
  return choose(2) === 0 ? padded : padded.replaceAll('+', '-').replaceAll('/', '_');
}

/** Spells an item in one of its many ways: order of members and of sets, numbers, base64. */
export function spellItem(members: Members, choose: Choose): Item {
  return Object.fromEntries(
    shuffle(members, choose).map(([name, value]) => [name, spell(value, choose)] as const),
  );
}

function spell(value: Value, choose: Choose): AttributeValue {
  if ('N' in value) return { N: spellNumber(value.N, choose) };
  if ('B' in value) return { B: spellBytes(value.B, choose) };
  if ('SS' in value) return { SS: shuffle(value.SS, choose) };
  if ('NS' in value) return { NS: shuffle(value.NS, choose).map((member) => spellNumber(member, choose)) };
  if ('BS' in value) return { BS: shuffle(value.BS, choose).map((member) => spellBytes(member, choose)) };
  if ('M' in value) return { M: spellItem(value.M, choose) };
  if ('L' in value) return { L: value.L.map((member) => spell(member, choose)) };
  return value;
}

function shuffle<T>(values: readonly T[], choose: Choose): T[] {
  const rest = [...values];
  return values.flatMap(() => rest.splice(choose(rest.length), 1));
}

/** Writes a number as docs/format.md says, by arithmetic on whole numbers. */
export function writeNumber({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent >= 0) return `${sign}${BigInt(digits) * 10n ** BigInt(exponent)}`;
  const one = 10n ** BigInt(-exponent);
  const fraction = (BigInt(digits) % one).toString().padStart(-exponent, '0');
  return `${sign}${BigInt(digits) / one}.${fraction}`;
}

/** Writes an item with its numbers, binary values and sets as docs/format.md says. */
export function writeItem(members: Members): Item {
  return Object.fromEntries(members.map(([name, value]) => [name, writeValue(value)] as const));
}

function writeValue(value: Value): AttributeValue {
  if ('N' in value) return { N: writeNumber(value.N) };
  if ('B' in value) return { B: base64(value.B) };
  if ('SS' in value) return { SS: value.SS.toSorted(compareBytes) };
  if ('NS' in value) return { NS: value.NS.map(writeNumber).sort(compareBytes) };
  if ('BS' in value) return { BS: value.BS.map(base64).sort(compareBytes) };
  if ('M' in value) return { M: writeItem(value.M) };
  if ('L' in value) return { L: value.L.map(writeValue) };
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Compares two texts by their UTF-8 bytes. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
