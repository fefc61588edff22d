import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Findings } from '../../../lambda/snapshot/verify/findings.ts';
import type { Manifest } from '../../../lambda/snapshot/format/manifest.ts';
import { Verification } from '../../../lambda/snapshot/verify/verify.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { smallLimits } from '../../support/snapshot/chain.ts';
import { histories, makeItems, makeSnapshots, expectPresent } from '../../support/snapshot/histories.ts';
import { type MemoryStore, createMemoryStore } from '../../support/snapshot/support.ts';
import { listFrames, watchStore } from '../../support/snapshot/watched-store.ts';
import { scaleRuns } from '../../support/scale.ts';

const never = (): number => expect.fail('a full verification draws no random number');

async function verify(
  store: ObjectStore,
  manifest: Manifest,
  share = 1,
  random: () => number = never,
): Promise<Findings> {
  const findings = new Findings();
  const verification = new Verification(store, manifest, { share, random, limits: smallLimits }, findings);
  verification.verifyTotals();
  for (const n of manifest.partitions.keys()) await verification.verifyPartition(n);
  return findings;
}

/** A base run for each of several partitions, and a delta run over all of them. */
async function makeSnapshot(store: MemoryStore): Promise<Manifest> {
  const made = await makeSnapshots(
    [
      { changes: makeItems(24), kind: 'full' },
      { changes: new Map([1, 2, 3, 4].map((n) => [n, n > 2 ? undefined : 'new'])), kind: 'incremental' },
    ],
    store,
  );
  const { manifest } = expectPresent(made.at(-1));
  expect(manifest.partitions.length).toBeGreaterThan(1);
  expect(manifest.runs.filter(({ kind }) => kind === 'delta')).toHaveLength(1);
  return manifest;
}

const problemsIn = (findings: Findings) => [findings.problemCount, findings.problems];

describe('verifying a sound snapshot', () => {
  it('finds no problem in snapshots of any history, in full and in samples', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 1000 }), async (history, seed) => {
        const store = createMemoryStore();
        for (const { manifest, content } of await makeSnapshots(history, store)) {
          const whole = await verify(store, manifest);
          expect(problemsIn(whole)).toEqual([0, []]);
          expect(whole.items).toBe(content.size);
          const sample = await verify(store, manifest, 0.3, seedRandom(seed));
          expect(problemsIn(sample)).toEqual([0, []]);
        }
      }),
      { numRuns: scaleRuns(2), endOnFailure: true },
    );
  });

  it('reads each byte once, even of a run that many partitions refer to', async () => {
    const plain = createMemoryStore();
    const manifest = await makeSnapshot(plain);
    const store = watchStore(plain);
    const findings = await verify(store, manifest);
    expect(store.maxByteReads()).toBe(1);
    const frames = await listFrames(plain, manifest.runs);
    expect(findings.frames).toBe(frames.length);
    for (const { run, entry } of frames) expect(store.countFrameReads(run, entry)).toBe(1);
  });
});

/** Returns a source of the same numbers for the same seed. */
function seedRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('verifying a damaged snapshot', () => {
  it('finds any changed byte in any run, and any cut of a run', async () => {
    const store = createMemoryStore();
    const made = await makeSnapshots(
      [
        { changes: makeItems(4), kind: 'full' },
        { changes: new Map([[1, 'new']]), kind: 'incremental' },
      ],
      store,
    );
    const { manifest } = expectPresent(made.at(-1));
    expect(manifest.runs.map(({ kind }) => kind)).toEqual(['base', 'delta']);
    for (const { key } of manifest.runs) {
      const bytes = expectPresent(store.objects.get(key));
      for (let at = 0; at < bytes.length; at++) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        for (const damaged of [flipped, bytes.subarray(0, at)]) {
          store.objects.set(key, damaged);
          const { problems } = await verify(store, manifest);
          expect(
            problems.map(({ object }) => object),
            `${key} at ${at}`,
          ).toContain(key);
        }
      }
      store.objects.set(key, bytes);
    }
    expect(problemsIn(await verify(store, manifest))).toEqual([0, []]);
  });

  it('finds a missing run, as a single problem', async () => {
    const store = createMemoryStore();
    const manifest = await makeSnapshot(store);
    const delta = expectPresent(manifest.runs.find(({ kind }) => kind === 'delta'));
    store.objects.delete(delta.key);
    const { problems, problemCount } = await verify(store, manifest);
    expect(problems).toEqual([
      { object: delta.key, offset: delta.index.offset, problem: `${delta.key}: missing` },
    ]);
    expect(problemCount).toBe(1);
  });

  it('finds damage in every frame, and states the offset of each frame', async () => {
    const store = createMemoryStore();
    const manifest = await makeSnapshot(store);
    const frames = await listFrames(store, manifest.runs);
    for (const { run, entry } of frames) {
      const bytes = expectPresent(store.objects.get(run.key));
      bytes[entry.offset + 5] = (bytes[entry.offset + 5] ?? 0) ^ 1;
    }
    const { problems, problemCount } = await verify(store, manifest);
    const places = problems.map(({ object, offset }) => `${object} ${offset}`);
    expect(places.toSorted()).toEqual(
      frames.map(({ run, entry }) => `${run.key} ${entry.offset}`).toSorted(),
    );
    expect(problemCount).toBe(frames.length);
  });

  it('finds wrong figures of a partition and of the snapshot', async () => {
    const store = createMemoryStore();
    const manifest = await makeSnapshot(store);
    const [first = expect.fail('a partition'), ...rest] = manifest.partitions;
    for (const wrong of [
      { items: first.items + 1 },
      { bytes: first.bytes - 1 },
      { digest: first.digest.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) },
    ]) {
      const partitions = [{ ...first, ...wrong }, ...rest];
      const { problems } = await verify(store, { ...manifest, partitions });
      expect(problems.map(({ problem }) => problem)).toEqual([
        'the figures are not the sums of the partitions',
        'partition 0 does not hold what its figures say',
      ]);
    }
    const figures = await verify(store, { ...manifest, items: manifest.items + 1 });
    expect(figures.problems).toHaveLength(1);
  });

  it('finds a run that the snapshot should refer to but does not', async () => {
    const store = createMemoryStore();
    const manifest = await makeSnapshot(store);
    for (const { key } of manifest.runs) {
      const runs = manifest.runs.filter((run) => run.key !== key);
      const { problemCount } = await verify(store, { ...manifest, runs });
      expect(problemCount).toBeGreaterThan(0);
    }
  });

  it('names no key and no value of an item', async () => {
    const store = createMemoryStore();
    const manifest = await makeSnapshot(store);
    for (const { key } of manifest.runs) store.objects.set(key, Buffer.alloc(9));
    const { problems } = await verify(store, manifest);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toMatch(/pk|text of/);
  });

  it('records a hundred problems, and counts the others', () => {
    const findings = new Findings();
    for (let n = 0; n < 250; n++) findings.add({ object: 'run', problem: `problem ${n}` });
    expect(findings.problems).toHaveLength(100);
    expect(findings.problemCount).toBe(250);
  });

  it('throws the error of a store that fails, and does not report damage', async () => {
    const plain = createMemoryStore();
    const manifest = await makeSnapshot(plain);
    const down = new Error('the network is down');
    const store = { ...plain, getRange: () => Promise.reject(down) };
    await expect(verify(store, manifest)).rejects.toBe(down);
  });
});

describe('verifying a sample', () => {
  it('reads at least one frame, and at most one of each partition, for a tiny share', async () => {
    const plain = createMemoryStore();
    const manifest = await makeSnapshot(plain);
    const store = watchStore(plain);
    const findings = await verify(store, manifest, 0.000_001, () => 0.5);
    expect(findings.frames).toBeLessThanOrEqual(manifest.partitions.length);
    const frames = await listFrames(plain, manifest.runs);
    const read = frames.filter(({ run, entry }) => store.countFrameReads(run, entry) > 0);
    expect(read).toHaveLength(findings.frames);
    expect(findings.frames).toBeGreaterThan(0);
    expect(findings.frames).toBeLessThan(frames.length);
  });

  it('reads about the requested share of the frames', async () => {
    const store = createMemoryStore();
    const [made] = await makeSnapshots([{ changes: makeItems(61), kind: 'full' }], store);
    const { manifest } = expectPresent(made);
    const frames = (await listFrames(store, manifest.runs)).length;
    const random = seedRandom(7);
    let drawn = 0;
    for (let i = 0; i < 30; i++) drawn += (await verify(store, manifest, 0.5, random)).frames;
    expect(drawn / (30 * frames)).toBeGreaterThan(0.4);
    expect(drawn / (30 * frames)).toBeLessThan(0.65);
  });

  it('finds damage in the sampled frames, and a missing run', async () => {
    const store = createMemoryStore();
    const manifest = await makeSnapshot(store);
    const [run = expect.fail('a run')] = manifest.runs;
    const bytes = expectPresent(store.objects.get(run.key));
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    const { problems } = await verify(store, manifest, 0.9, () => 0);
    expect(problems).toMatchObject([{ object: run.key, offset: 0 }]);
    store.objects.delete(run.key);
    expect((await verify(store, manifest, 0.9, () => 0.99)).problemCount).toBe(1);
  });
});
