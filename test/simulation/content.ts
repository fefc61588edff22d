import type { BackupRecord } from '../../lambda/model/records.ts';
import { wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { type Manifest, readManifest } from '../../lambda/snapshot/format/manifest.ts';
import { readSnapshot } from '../../lambda/snapshot/read/read-snapshot.ts';
import type { SnapshotRecord } from '../../lambda/catalog/snapshots.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Universe } from './universe.ts';

/** An invariant of the design that does not hold. */
export class Violation extends Error {}

/** What a table holds: the value of each key. */
export type TableContent = ReadonlyMap<number, number>;

/** Reads what a snapshot holds, past the network. Throws if an object is missing or damaged. */
export async function readContent(
  { plainStore }: Universe,
  { tableId, id, manifestSha256 }: SnapshotRecord,
): Promise<{ readonly manifest: Manifest; readonly content: TableContent }> {
  const { manifest } = await readManifest(plainStore, tableId, id, manifestSha256);
  const content = new Map<number, number>();
  for await (const batch of readSnapshot(plainStore, manifest, wholeRange)) {
    for (const { image } of batch) {
      const item = JSON.parse(image.toString()) as { pk: { S: string }; value: { N: string } };
      content.set(Number(item.pk.S.slice(1)), Number(item.value.N));
    }
  }
  return { manifest, content };
}

/**
 * Checks that a backup holds what the table held at its cut, and that its cut is where it was promised to be: after every
 * write before the marker, and every write that was acknowledged before `requestedAt`, and before every write of a later
 * second.
 */
export function checkContent(
  { tables }: Universe,
  backup: BackupRecord,
  { manifest, content }: { readonly manifest: Manifest; readonly content: TableContent },
  isAcknowledged: (write: object) => boolean,
): void {
  const model = tables.plane.tables.get(manifest.table.tableId)?.model;
  const { cut } = manifest;
  if (model === undefined || !('stream' in cut))
    throw new Violation(`${backup.id} is of no table or ends in no stream`);
  const wanted = model.contentAt(cut);
  if (!isDeepStrictEqual(new Map(content), wanted))
    throw new Violation(
      `${backup.id} does not hold what the table held at its cut: ${differ(content, wanted)}`,
    );
  if (manifest.items !== content.size) throw new Violation(`${backup.id} claims ${manifest.items} items`);
  const stream = model.streams.find(({ arn }) => arn === cut.stream);
  const end = Math.max(manifest.marker, stream?.createdAt ?? 0);
  for (const write of model.history) {
    const isHeld = model.isBefore(write, cut);
    if (!isHeld && (write.at <= manifest.marker || isAcknowledged(write)))
      throw new Violation(`${backup.id} lacks a write of ${write.at}, before its marker`);
    if (isHeld && write.second > Math.floor(end / 1000))
      throw new Violation(`${backup.id} holds a write of second ${write.second}, after its marker`);
  }
}

/** Says in which keys two contents differ. */
export function differ(found: TableContent, wanted: TableContent): string {
  const keys = [...new Set([...found.keys(), ...wanted.keys()])].toSorted((a, b) => a - b);
  return keys
    .filter((key) => found.get(key) !== wanted.get(key))
    .map((key) => `k${key} is ${found.get(key)}, not ${wanted.get(key)}`)
    .join('; ');
}
