import { describe, expect, it } from 'vitest';
import { Findings } from '../../../lambda/snapshot/verify/findings.ts';
import { compressFrame, sha256Hex } from '../../../lambda/snapshot/format/frame.ts';
import { encodeIndex, type FrameEntry, readIndex } from '../../../lambda/snapshot/format/frame-index.ts';
import type { RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { verifyFile } from '../../../lambda/snapshot/verify/verify-file.ts';
import { expectPresent } from '../../support/snapshot/histories.ts';
import {
  change,
  type MemoryStore,
  createMemoryStore,
  sortKeyed,
  writeRun,
} from '../../support/snapshot/support.ts';

const changes = sortKeyed([1, 2, 3].map((n) => change(n, `text ${n}`)));

async function problemsOf(store: MemoryStore, run: RunRef): Promise<string[]> {
  const findings = new Findings();
  await verifyFile(store, run, findings);
  return findings.problems.map(({ problem }) => problem);
}

/** A sound run of three frames, of which the index is then made to say something else. */
async function withIndex(edit: (entries: FrameEntry[]) => readonly FrameEntry[]): Promise<string[]> {
  const store = createMemoryStore();
  const run = await writeRun(store, 'run', 'base', changes, 1);
  const entries = edit([...(await readIndex(store, run))]);
  const frames = run.index.offset - 8;
  const { bytes, index } = encodeIndex(entries, frames);
  const file = expectPresent(store.objects.get('run'));
  store.objects.set('run', Buffer.concat([file.subarray(0, frames), bytes]));
  return problemsOf(store, { ...run, index, bytes: frames + bytes.length });
}

/** One frame's entry is another. */
const other = (wrong: (entry: FrameEntry) => Partial<FrameEntry>) => (entries: FrameEntry[]) =>
  entries.map((entry, i) => (i === 1 ? { ...entry, ...wrong(entry) } : entry));

describe('the index of a run', () => {
  it('is sound as it was written', async () => {
    expect(await withIndex((entries) => entries)).toEqual([]);
  });

  it.each([
    ['a gap', other(({ offset }) => ({ offset: offset + 1 })), 'does not begin where the previous one ends'],
    ['a frame left out', (entries: FrameEntry[]) => entries.slice(1), 'does not begin where'],
    ['a frame too few', (entries: FrameEntry[]) => entries.slice(0, 2), 'do not end where the index begins'],
    ['frames out of order', other(() => ({ hash: '0000000000000000' })), 'not in the order of keys'],
    ['another number of lines', other(() => ({ count: 7 })), 'the manifest says 3'],
    ['another length of lines', other(() => ({ rawLength: 7 })), 'the manifest says 3'],
  ])('with %s is not', async (_name, edit, problem) => {
    expect((await withIndex(edit))[0]).toContain(problem);
  });

  it('has sums of the items in a base run, and none in a delta run', async () => {
    const store = createMemoryStore();
    const base = await writeRun(store, 'base', 'base', changes);
    const delta = await writeRun(store, 'delta', 'delta', changes);
    expect(await problemsOf(store, { ...base, kind: 'delta' })).toEqual([
      expect.stringContaining('has sums'),
    ]);
    expect(await problemsOf(store, { ...delta, kind: 'base' })).toEqual([
      expect.stringContaining('has no sums'),
    ]);
  });

  it('is not if a frame is of another part of the hash space than the run', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes, 1);
    const written = { from: '0000000000000000', to: '0000000000000001' };
    expect(await problemsOf(store, { ...run, written })).toHaveLength(3);
  });

  it('is not if it is of an unknown version', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes);
    const bytes = compressFrame(Buffer.from('{"version":2,"frames":[]}'));
    store.objects.set('run', bytes);
    const index = { offset: 0, length: bytes.length, sha256: sha256Hex(bytes) };
    expect(await problemsOf(store, { ...run, index })).toEqual(['run: the index has an unknown form']);
  });

  it('is not if the manifest says that more follows it', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes);
    expect(await problemsOf(store, { ...run, bytes: run.bytes + 1 })).toEqual([
      'run: the index is not at the end of the file',
    ]);
  });
});
