import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { createRandom } from '../../cli/demo/random.ts';

type Random = () => number;

export type SdkItem = Record<string, AttributeValue>;

/** The key attribute's name: a partition key of type S. */
export const keyName = 'id';

export function keyOf(index: number): SdkItem {
  return { [keyName]: { S: `order-${String(index).padStart(9, '0')}` } };
}

/**
 * Makes the item of an index. `version` counts its changes; version 0 is the item as it was loaded. It has about 1 KB of
 * DynamoDB JSON, which zstd -3 compresses about 3 to 1, and values of the usual types. It depends on the arguments only.
 */
export function makeItem(seed: number, index: number, version: number): SdkItem {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b) ^ version);
  const placedAt = 1_700_000_000_000 + pickNumber(random, 40_000_000) * 1000;
  return {
    ...keyOf(index),
    customer: { S: makeBytes(random, 16).toString('hex') },
    status: { S: pick(random, statuses) },
    placedAt: { N: String(placedAt) },
    changedAt: { N: String(placedAt + pickNumber(random, 10_000_000)) },
    version: { N: String(version) },
    total: { N: makeAmount(random) },
    paid: { BOOL: random() < 0.8 },
    gift: { BOOL: random() < 0.05 },
    coupon: { NULL: true },
    tags: { SS: pickSome(random, 3) },
    rooms: { NS: [0, 40, 80].map((base) => String(base + pickNumber(random, 40))) },
    title: { S: makeText(random, 6) },
    address: { M: makeAddress(random) },
    lines: { L: [makeLine(random), makeLine(random)] },
    note: { S: makeText(random, 16) },
    signature: { B: makeBytes(random, 114) },
  };
}

const statuses = ['DRAFT', 'PLACED', 'PAID', 'SHIPPED', 'RETURNED'];
const consonants = 'bdfgklmnprstvz'.split('');
const vowels = 'aeiou'.split('');
const vocabulary = makeWords(2000);
const tags = vocabulary.slice(0, 50);

function makeAddress(random: Random): SdkItem {
  return {
    street: { S: `${pick(random, vocabulary)} street ${pickNumber(random, 200)}` },
    city: { S: pick(random, vocabulary) },
    postcode: { S: String(10_000 + pickNumber(random, 90_000)) },
    country: { S: pick(random, ['AT', 'DE', 'FR', 'IT', 'NL', 'US']) },
  };
}

function makeLine(random: Random): AttributeValue {
  return {
    M: {
      article: { S: `article-${pickNumber(random, 20_000)}` },
      amount: { N: String(1 + pickNumber(random, 9)) },
      price: { N: makeAmount(random) },
    },
  };
}

function makeWords(count: number): string[] {
  const random = createRandom(1);
  const syllable = (): string => pick(random, consonants) + pick(random, vowels);
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + pickNumber(random, 3) }, syllable).join(''),
  );
}

/** Makes a text. The first words of the vocabulary are far more frequent than the last, as in any language. */
function makeText(random: Random, count: number): string {
  return Array.from({ length: count }, () => vocabulary[Math.floor(random() ** 2 * vocabulary.length)]).join(
    ' ',
  );
}

function pickSome(random: Random, count: number): string[] {
  return [...new Set(Array.from({ length: count }, () => pick(random, tags)))];
}

function makeBytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => pickNumber(random, 256)));
}

function makeAmount(random: Random): string {
  return String(pickNumber(random, 100_000) / 100);
}

function pickNumber(random: Random, below: number): number {
  return Math.floor(random() * below);
}

function pick(random: Random, values: readonly string[]): string {
  return values[pickNumber(random, values.length)] ?? '';
}
