import type { ObjectStore } from '../../storage/object-store.ts';
import type { Keyed } from '../format/change.ts';
import type { Findings } from './findings.ts';
import { corruptError } from '../format/frame.ts';
import {
  comesBefore,
  type FrameEntry,
  readIndex,
  readStored,
  encodeEnvelope,
} from '../format/frame-index.ts';
import { contains, fromHex, parseHash } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/**
 * Verifies a run's index and the bytes around it, also against the manifest, and records the problems. Returns the frames
 * in the index; undefined if it cannot be read.
 */
export async function verifyFile(
  store: ObjectStore,
  run: RunRef,
  findings: Findings,
): Promise<readonly FrameEntry[] | undefined> {
  const { key, index } = run;
  const entries = await findings.recordDamage(key, readIndex(store, run), index.offset);
  // A missing run is one problem, not two.
  if (entries === undefined) return undefined;
  await findings.recordDamage(key, verifyEnvelope(store, run), index.offset + index.length);
  for (const [i, entry] of entries.entries()) {
    const problem = findEntryProblem(run, entry, entries[i - 1]);
    if (problem !== undefined) findings.add({ object: key, offset: entry.offset, problem });
  }
  const problem = findSumProblem(run, entries);
  if (problem !== undefined) findings.add({ object: key, offset: index.offset, problem });
  return entries;
}

/** Throws `SnapshotCorrupt` if zstd decoders would not skip the index, or readers not find it from the end of the file. */
async function verifyEnvelope(store: ObjectStore, { key, bytes, index }: RunRef): Promise<void> {
  const indexEnd = index.offset + index.length;
  const { header, footer } = encodeEnvelope(index.length);
  if (bytes !== indexEnd + footer.length)
    throw corruptError(`${key}: the index is not at the end of the file`);
  const [before, after] = await Promise.all([
    readStored(store, key, index.offset - header.length, header.length),
    readStored(store, key, indexEnd, footer.length),
  ]);
  if (!header.equals(before) || !footer.equals(after)) {
    throw corruptError(`${key}: the bytes around the index are wrong`);
  }
}

/** Finds the problem of a frame's entry in the index, if there is one. */
function findEntryProblem(
  run: RunRef,
  entry: FrameEntry,
  before: FrameEntry | undefined,
): string | undefined {
  if (entry.offset !== (before === undefined ? 0 : before.offset + before.length))
    return 'the frame does not begin where the previous one ends';
  if (!contains(fromHex(run.written), parseHash(entry.hash)))
    return 'the frame begins outside the part of the hash space for which the run was written';
  if (before !== undefined && !comesBefore(keyedOf(before), entry))
    return 'the frame is not in the order of keys';
  if ((entry.content === undefined) === (run.kind === 'base'))
    return `the index of a ${run.kind} run has ${entry.content ? 'sums' : 'no sums'} over a frame's items`;
  return undefined;
}

function keyedOf({ hash, key }: FrameEntry): Keyed {
  return { hash: parseHash(hash), key: Buffer.from(key) };
}

/** Finds a contradiction between the index as a whole and its place in the file or the manifest. */
function findSumProblem(run: RunRef, entries: readonly FrameEntry[]): string | undefined {
  const last = entries.at(-1);
  const end = last === undefined ? 0 : last.offset + last.length;
  if (end !== run.index.offset - encodeEnvelope(run.index.length).header.length)
    return 'the frames do not end where the index begins';
  const records = entries.reduce((sum, { count }) => sum + count, 0);
  const rawBytes = entries.reduce((sum, { rawLength }) => sum + rawLength, 0);
  if (records !== run.records || rawBytes !== run.rawBytes)
    return `the frames have ${records} lines of ${rawBytes} bytes, the manifest says ${run.records} of ${run.rawBytes}`;
  return undefined;
}
