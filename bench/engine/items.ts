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
 * The item of an index after so many changes (version 0: as it was loaded): about 1 KB of DynamoDB JSON that zstd -3
 * compresses about 3 to 1, with the types that tables hold. The same for the same seed, whatever was made before.
 */
export function makeItem(seed: number, index: number, version: number): SdkItem {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b) ^ version);
  const placedAt = 1_700_000_000_000 + whole(random, 40_000_000) * 1000;
  return {
    ...keyOf(index),
    customer: { S: bytes(random, 16).toString('hex') },
    status: { S: pick(random, statuses) },
    placedAt: { N: String(placedAt) },
    changedAt: { N: String(placedAt + whole(random, 10_000_000)) },
    version: { N: String(version) },
    total: { N: money(random) },
    paid: { BOOL: random() < 0.8 },
    gift: { BOOL: random() < 0.05 },
    coupon: { NULL: true },
    tags: { SS: some(random, 3) },
    rooms: { NS: [1, 40, 80].map((base) => String(base + whole(random, 40))) },
    title: { S: words(random, 6) },
    address: { M: address(random) },
    lines: { L: [line(random), line(random)] },
    note: { S: words(random, 16) },
    signature: { B: bytes(random, 114) },
  };
}

const statuses = ['DRAFT', 'PLACED', 'PAID', 'SHIPPED', 'RETURNED'];
const consonants = 'bdfgklmnprstvz'.split('');
const vowels = 'aeiou'.split('');
const vocabulary = makeWords(2000);
const tags = vocabulary.slice(0, 50);

function address(random: Random): SdkItem {
  return {
    street: { S: `${pick(random, vocabulary)} street ${whole(random, 200)}` },
    city: { S: pick(random, vocabulary) },
    postcode: { S: String(10_000 + whole(random, 90_000)) },
    country: { S: pick(random, ['AT', 'DE', 'FR', 'IT', 'NL', 'US']) },
  };
}

function line(random: Random): AttributeValue {
  return {
    M: {
      article: { S: `article-${whole(random, 20_000)}` },
      amount: { N: String(1 + whole(random, 9)) },
      price: { N: money(random) },
    },
  };
}

function makeWords(count: number): string[] {
  const random = createRandom(1);
  const syllable = (): string => pick(random, consonants) + pick(random, vowels);
  return Array.from({ length: count }, () => Array.from({ length: 2 + whole(random, 3) }, syllable).join(''));
}

/** The first words of the vocabulary come far more often than the last, as in any language. */
function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => vocabulary[Math.floor(random() ** 2 * vocabulary.length)]).join(
    ' ',
  );
}

function some(random: Random, count: number): string[] {
  return [...new Set(Array.from({ length: count }, () => pick(random, tags)))];
}

function bytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => whole(random, 256)));
}

function money(random: Random): string {
  return String(whole(random, 100_000) / 100);
}

function whole(random: Random, below: number): number {
  return Math.floor(random() * below);
}

function pick(random: Random, values: readonly string[]): string {
  return values[whole(random, values.length)] ?? '';
}
