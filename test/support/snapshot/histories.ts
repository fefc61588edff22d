import * as fc from 'fast-check';
import type { Kind } from '../../../lambda/model/records.ts';
import type { Manifest } from '../../../lambda/snapshot/format/manifest.ts';
import { createChain, type Texts } from './chain.ts';
import { type MemoryStore, createMemoryStore } from './support.ts';
import { anyCodePoint } from '../item/arbitrary.ts';

/** Changes to a table, each followed by a backup. */
export type History = readonly { readonly changes: Texts; readonly kind: Kind }[];

/** The highest number of an item. */
export const maxItem = 60;

const kinds = fc.constantFrom<Kind>('incremental', 'incremental', 'incremental', 'differential', 'full');
const text = fc.oneof(fc.constantFrom('a', 'b'), fc.string({ maxLength: 60, unit: anyCodePoint }));

function anyChanges(max: number): fc.Arbitrary<Texts> {
  const change = fc.tuple(fc.nat(maxItem), fc.option(text, { nil: undefined, freq: 4 }));
  return fc.array(change, { maxLength: max, size: 'max' }).map((changes) => new Map(changes));
}

export const histories: fc.Arbitrary<History> = fc
  .tuple(
    anyChanges(maxItem),
    fc.array(fc.record({ changes: anyChanges(12), kind: kinds }), { minLength: 1, maxLength: 6 }),
  )
  .map(([base, rest]) => [{ changes: base, kind: 'full' }, ...rest]);

/** A snapshot, and the content of the table that it must hold. */
export interface MadeSnapshot {
  readonly manifest: Manifest;
  readonly content: ReadonlyMap<number, string>;
}

/** Makes the snapshots of a history, oldest first. */
export async function makeSnapshots(
  history: History,
  store: MemoryStore = createMemoryStore(),
): Promise<MadeSnapshot[]> {
  const table = createChain(store);
  const made: MadeSnapshot[] = [];
  for (const { changes, kind } of history) {
    const manifest = await table.backup(changes, kind);
    made.push({ manifest, content: new Map(table.content) });
  }
  return made;
}

/** Makes `count` items with texts so long that a few items fill a frame. */
export function makeItems(count: number, from = 0): Map<number, string> {
  return new Map(Array.from({ length: count }, (_, i) => [from + i, `text of ${from + i} `.repeat(3)]));
}

/** Returns a value that a test knows to be defined. */
export function expectPresent<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there');
  return value;
}
