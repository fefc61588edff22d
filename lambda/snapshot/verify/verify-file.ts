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
import { contains, fromHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/**
 * The frames that a run's index names; undefined if the run cannot be read. Notes what is wrong with the index, with
 * what stands around it and with its agreement with the manifest.
 */
export async function verifyFile(
  store: ObjectStore,
  run: RunRef,
  findings: Findings,
): Promise<readonly FrameEntry[] | undefined> {
  const { key, index } = run;
  const entries = await findings.recordDamage(key, readIndex(store, run), index.offset);
  // A run that is missing is one problem.
  if (entries === undefined) return undefined;
  await findings.recordDamage(key, verifySurroundings(store, run), index.offset + index.length);
  for (const [i, entry] of entries.entries()) {
    const problem = findEntryProblem(run, entry, entries[i - 1]);
    if (problem !== undefined) findings.add({ object: key, offset: entry.offset, problem });
  }
  const problem = findSumProblem(run, entries);
  if (problem !== undefined) findings.add({ object: key, offset: index.offset, problem });
  return entries;
}

/** Throws `SnapshotCorrupt` if the index is not where zstd passes over it and others find it from the file's end. */
async function verifySurroundings(store: ObjectStore, { key, bytes, index }: RunRef): Promise<void> {
  const indexEnd = index.offset + index.length;
  const { header, footer } = encodeEnvelope(index.length);
  if (bytes !== indexEnd + footer.length) throw corruptError(`${key}: the index is not at its end`);
  const [before, behind] = await Promise.all([
    readStored(store, key, index.offset - header.length, header.length),
    readStored(store, key, indexEnd, footer.length),
  ]);
  if (!header.equals(before) || !footer.equals(behind)) {
    throw corruptError(`${key}: the index is not framed as it should be`);
  }
}

/** What the index itself gets wrong about a frame. */
function findEntryProblem(
  run: RunRef,
  entry: FrameEntry,
  before: FrameEntry | undefined,
): string | undefined {
  if (entry.offset !== (before === undefined ? 0 : before.offset + before.length))
    return 'the frame does not begin where the one before it ends';
  if (!contains(fromHex(run.written), BigInt(`0x${entry.hash}`)))
    return 'the frame is not of the part of the hash space that the run was written for';
  if (before !== undefined && !comesBefore(keyedOf(before), entry))
    return 'the frame is not in the order of keys';
  if ((entry.content === undefined) === (run.kind === 'base'))
    return `the index of a ${run.kind} run has ${entry.content ? 'sums' : 'no sums'} of a frame's items`;
  return undefined;
}

function keyedOf({ hash, key }: FrameEntry): Keyed {
  return { hash: BigInt(`0x${hash}`), key: Buffer.from(key) };
}

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
