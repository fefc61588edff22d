import type { BackupRecord } from '../../lambda/model/records.ts';
import { wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { type Manifest, readManifest } from '../../lambda/snapshot/format/manifest.ts';
import { readSnapshot } from '../../lambda/snapshot/read/read-snapshot.ts';
import type { SnapshotRecord } from '../../lambda/catalog/snapshots.ts';
import { isDeepStrictEqual } from 'node:util';
import { promisedMs } from '../../lambda/sources/limits.ts';
import type { Write } from '../support/sources/simulated-stream.ts';
import type { Universe } from './universe.ts';

/** A violated invariant of the design. */
export class Violation extends Error {}

/** The content of a table: the value of each key. */
export type TableContent = ReadonlyMap<number, number>;

/** Reads the content of a snapshot without the simulated network. Throws if an object is missing or damaged. */
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
 * Checks that a backup holds the table's content at the backup's cut, and that the cut is where it must be: after every
 * write before the marker, and every write that was acknowledged before the request, and before every write of a later
 * second. The cut of an export may be up to a minute off.
 */
export function checkContent(
  { tables, exports }: Universe,
  backup: BackupRecord,
  { manifest, content }: { readonly manifest: Manifest; readonly content: TableContent },
  isAcknowledged: (write: Write) => boolean,
): void {
  const model = tables.plane.tables.get(manifest.table.tableId)?.model;
  if (model === undefined) throw new Violation(`${backup.id} is of no table`);
  const { cut, marker } = manifest;
  const wanted = 'stream' in cut ? model.contentAt(cut) : exports.contentAt(model, cut.exportTime);
  if (!isDeepStrictEqual(new Map(content), wanted))
    throw new Violation(
      `${backup.id} does not hold what the table held at its cut: ${differ(content, wanted)}`,
    );
  if (manifest.items !== content.size) throw new Violation(`${backup.id} claims ${manifest.items} items`);
  if ('exportTime' in cut && (cut.exportTime <= marker || cut.exportTime > marker + promisedMs))
    throw new Violation(`${backup.id} ends at ${cut.exportTime}, not at its marker`);
  if ('exportTime' in cut && !exports.isExact) return;
  const isHeld = (write: Write): boolean =>
    'stream' in cut ? model.isBefore(write, cut) : write.at < cut.exportTime;
  const begins = 'stream' in cut ? (model.streams.find(({ arn }) => arn === cut.stream)?.createdAt ?? 0) : 0;
  const end = 'stream' in cut ? Math.floor(Math.max(marker, begins) / 1000) : cut.exportTime / 1000;
  for (const write of model.history) {
    if (!isHeld(write) && (write.at <= marker || isAcknowledged(write)))
      throw new Violation(`${backup.id} lacks a write of ${write.at}, before its marker`);
    if (isHeld(write) && write.second > end)
      throw new Violation(`${backup.id} holds a write of second ${write.second}, after its marker`);
  }
}

/** Describes the keys in which two contents differ. */
export function differ(found: TableContent, wanted: TableContent): string {
  const keys = [...new Set([...found.keys(), ...wanted.keys()])].toSorted((a, b) => a - b);
  return keys
    .filter((key) => found.get(key) !== wanted.get(key))
    .map((key) => `k${key} is ${found.get(key)}, not ${wanted.get(key)}`)
    .join('; ');
}
