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

async function findProblems(store: MemoryStore, run: RunRef): Promise<string[]> {
  const findings = new Findings();
  await verifyFile(store, run, findings);
  return findings.problems.map(({ problem }) => problem);
}

/** Finds the problems of a sound run of three frames whose index was edited. */
async function findProblemsOfIndex(
  edit: (entries: FrameEntry[]) => readonly FrameEntry[],
): Promise<string[]> {
  const store = createMemoryStore();
  const run = await writeRun(store, 'run', 'base', changes, 1);
  const entries = edit([...(await readIndex(store, run))]);
  const frames = run.index.offset - 8;
  const { bytes, index } = encodeIndex(entries, frames);
  const file = expectPresent(store.objects.get('run'));
  store.objects.set('run', Buffer.concat([file.subarray(0, frames), bytes]));
  return findProblems(store, { ...run, index, bytes: frames + bytes.length });
}

/** Changes the entry of one frame. */
const changeEntry = (wrong: (entry: FrameEntry) => Partial<FrameEntry>) => (entries: FrameEntry[]) =>
  entries.map((entry, i) => (i === 1 ? { ...entry, ...wrong(entry) } : entry));

describe('verifying the index of a run', () => {
  it('finds no problem in the index as it was written', async () => {
    expect(await findProblemsOfIndex((entries) => entries)).toEqual([]);
  });

  it.each([
    [
      'a gap',
      changeEntry(({ offset }) => ({ offset: offset + 1 })),
      'does not begin where the previous one ends',
    ],
    ['a missing first frame', (entries: FrameEntry[]) => entries.slice(1), 'does not begin where'],
    [
      'a missing last frame',
      (entries: FrameEntry[]) => entries.slice(0, 2),
      'do not end where the index begins',
    ],
    ['frames out of order', changeEntry(() => ({ hash: '0000000000000000' })), 'not in the order of keys'],
    ['a wrong number of lines', changeEntry(() => ({ count: 7 })), 'the manifest says 3'],
    ['a wrong length of lines', changeEntry(() => ({ rawLength: 7 })), 'the manifest says 3'],
  ])('finds %s', async (_name, edit, problem) => {
    expect((await findProblemsOfIndex(edit))[0]).toContain(problem);
  });

  it('finds sums over items in a delta run, and missing sums in a base run', async () => {
    const store = createMemoryStore();
    const base = await writeRun(store, 'base', 'base', changes);
    const delta = await writeRun(store, 'delta', 'delta', changes);
    expect(await findProblems(store, { ...base, kind: 'delta' })).toEqual([
      expect.stringContaining('has sums'),
    ]);
    expect(await findProblems(store, { ...delta, kind: 'base' })).toEqual([
      expect.stringContaining('has no sums'),
    ]);
  });

  it('finds frames outside the part of the hash space that the run was written for', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes, 1);
    const written = { from: '0000000000000000', to: '0000000000000001' };
    expect(await findProblems(store, { ...run, written })).toHaveLength(3);
  });

  it('finds an unknown version of the index', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes);
    const bytes = compressFrame(Buffer.from('{"version":2,"frames":[]}'));
    store.objects.set('run', bytes);
    const index = { offset: 0, length: bytes.length, sha256: sha256Hex(bytes) };
    expect(await findProblems(store, { ...run, index })).toEqual(['run: the index has an unknown form']);
  });

  it('finds a file that is longer in the manifest than in its index', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes);
    expect(await findProblems(store, { ...run, bytes: run.bytes + 1 })).toEqual([
      'run: the index is not at the end of the file',
    ]);
  });
});
