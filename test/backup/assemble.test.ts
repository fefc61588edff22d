import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Content, sumContents } from '../../lambda/snapshot/format/content.ts';
import { splitHashSpace, toHex, wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import type { RunRef } from '../../lambda/snapshot/format/manifest.ts';
import { type Applied, assembleManifest, findParentFault } from '../../lambda/backup/assemble.ts';
import type { ApplyResult, BackupPlan, PartitionContent } from '../../lambda/backup/backup-plan.ts';
import { manifestOf } from '../support/snapshot/support.ts';
import { createBackupId } from '../../lambda/model/ids.ts';

const anyContent: fc.Arbitrary<Content> = fc.record({
  items: fc.integer({ min: 100, max: 200 }),
  bytes: fc.integer({ min: 5000, max: 9000 }),
  digest: fc.bigInt(0n, (1n << 128n) - 1n).map((digest) => digest.toString(16).padStart(32, '0')),
});
/** The effect of changes: it removes as many items as it adds, and never removes all. */
const anyEffect: fc.Arbitrary<Content> = fc.record({
  items: fc.integer({ min: -20, max: 20 }),
  bytes: fc.integer({ min: -500, max: 500 }),
  digest: fc.bigInt(0n, (1n << 128n) - 1n).map((digest) => digest.toString(16).padStart(32, '0')),
});

/** A parent's partitions, each split into `split` new ones; which of them are folded; and the effect on each new partition. */
const anyCase = fc
  .record({ count: fc.constantFrom(1, 2, 4), split: fc.constantFrom(1, 2, 4), foldsAll: fc.boolean() })
  .chain(({ count, split, foldsAll }) =>
    fc.record({
      split: fc.constant(split),
      before: fc.array(anyContent, { minLength: count, maxLength: count }),
      effects: fc.array(fc.option(anyEffect, { nil: undefined }), {
        minLength: count * split,
        maxLength: count * split,
      }),
      // Partitions are split only when all of them are folded.
      folds: fc
        .array(fc.boolean(), { minLength: count, maxLength: count })
        .map((folds) => folds.map((fold) => fold || foldsAll || split > 1)),
    }),
  );
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

const plan: BackupPlan = {
  ...manifestOf([]),
  id: createBackupId(1, '00000000'),
  internal: false,
  kind: 'incremental',
  origin: { source: 'stream', stream: 'stream-1' },
  parent: { id: manifestOf([]).id, manifestSha256: '0'.repeat(64) },
  headSeen: manifestOf([]).id,
  why: [],
  startedAt: 0,
};

const nothing: Content = { items: 0, bytes: 0, digest: '0'.repeat(32) };

/** Builds the results of the steps, as if the whole content of an old partition were in the first of its new partitions. */
function createApplied({
  split,
  before,
  effects,
  folds,
}: Case): Applied & { readonly folded: PartitionContent[] } {
  const after = effects.map((effect, partition) => ({
    partition,
    ...sumContents([
      ...(partition % split === 0 ? [before[partition / split] ?? nothing] : []),
      ...(effect ? [effect] : []),
    ]),
  }));
  const folded = after.filter(({ partition }) => folds[Math.floor(partition / split)]);
  const effect = effects.flatMap((one, partition) => (one ? [{ partition, ...one }] : []));
  // Returns two results, as two ranges or two parts would give them.
  const results: ApplyResult[] = [
    { done: true, runs: [], effect: effect.slice(0, 1), folded: folded.slice(0, 1), next: undefined },
    { done: true, runs: [], effect: effect.slice(1), folded: folded.slice(1), next: undefined },
  ];
  const parent = { ...manifestOf([]), partitions: before, ...sumContents(before) };
  return {
    plan,
    applyPlan: { partitions: before.length * split, ranges: [], spills: [] },
    results,
    parent,
    cut: { stream: 'stream-1', shards: {} },
    folded,
  };
}

describe('findParentFault', () => {
  it('trusts a parent if the folds count its content plus the effect of the changes', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        fc.pre(given.split === 1);
        expect(findParentFault(createApplied(given))).toBeUndefined();
      }),
    );
  });

  it('trusts a parent whose partitions were split', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        fc.pre(
          given.split > 1 &&
            given.effects.every((effect, i) => i % given.split === 0 || (effect?.items ?? 0) >= 0),
        );
        const bytes = given.effects.map((effect) => effect && { ...effect, bytes: Math.abs(effect.bytes) });
        expect(findParentFault(createApplied({ ...given, effects: bytes }))).toBeUndefined();
      }),
    );
  });

  it('finds a folded partition whose count or digest differs from what the parent claims', () => {
    const anyLie = fc.constantFrom<Partial<Content>>({ items: 99 }, { digest: 'f'.repeat(32) });
    fc.assert(
      fc.property(anyCase, fc.nat(), anyLie, (given, n, lie) => {
        const applied = createApplied(given);
        const which = n % given.before.length;
        const parent = {
          ...manifestOf([]),
          partitions: given.before.map((content, i) => (i === which ? { ...content, ...lie } : content)),
        };
        const isSame = Object.entries(lie).every(([name, value]) =>
          Object.entries(given.before[which] ?? {}).some(([other, held]) => other === name && held === value),
        );
        fc.pre(!isSame && given.split === 1);
        expect(findParentFault({ ...applied, parent }) === undefined).toBe(!given.folds[which]);
      }),
    );
  });

  it('finds a damaged run of the parent, and returns the damage as the reason', () => {
    const applied = createApplied({ split: 1, before: [nothing], effects: [undefined], folds: [false] });
    const result = {
      done: true,
      runs: [],
      effect: [],
      folded: [],
      next: undefined,
      damaged: { reason: 'checksum mismatch', object: 'run-1' },
    };
    expect(findParentFault({ ...applied, results: [...applied.results, result] })).toEqual(result.damaged);
  });

  it.each([{ items: -1 }, { bytes: -1 }])(
    'finds changes that remove more items than the parent has: %j',
    (effect) => {
      const applied = createApplied({
        split: 1,
        before: [nothing],
        effects: [{ ...nothing, ...effect }],
        folds: [false],
      });
      expect(findParentFault(applied)?.reason).toMatch(/delete more/);
    },
  );
});

describe('assembleManifest', () => {
  it('takes the counted content of folded partitions, else the parent’s content plus the effect of the changes', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const applied = createApplied(given);
        const manifest = assembleManifest(applied);
        const expected = given.effects.map((effect, i) =>
          sumContents([
            ...(i % given.split === 0 ? [given.before[i / given.split] ?? nothing] : []),
            ...(effect ? [effect] : []),
          ]),
        );
        expect(manifest.partitions).toEqual(expected);
        expect(manifest).toMatchObject(sumContents(expected));
      }),
    );
  });

  it('makes a full manifest with itself as base if all partitions were folded, else keeps the parent’s base', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const { kind, base } = assembleManifest(createApplied(given));
        const isFull = given.folds.every(Boolean);
        expect([kind, base]).toEqual(isFull ? ['full', plan.id] : ['incremental', manifestOf([]).base]);
      }),
    );
  });

  it('lists the parent’s runs for the ranges that were not replaced, oldest first, and then the new runs', () => {
    const run = (key: string, kind: RunRef['kind'], range = wholeRange): RunRef => ({
      key,
      kind,
      bytes: 10,
      rawBytes: 20,
      records: 2,
      tombstones: 0,
      index: { offset: 0, length: 0, sha256: '' },
      range: toHex(range),
      written: toHex(range),
    });
    const [lower, upper] = splitHashSpace(2).map((range) => range);
    if (lower === undefined || upper === undefined) throw new Error('there are two halves');
    const parent = {
      ...manifestOf([run('base-0', 'base', lower), run('base-1', 'base', upper), run('delta', 'delta')]),
      partitions: [nothing, nothing],
    };
    const results: ApplyResult[] = [
      {
        done: true,
        runs: [run('new-base', 'base', lower)],
        effect: [],
        folded: [{ partition: 0, ...nothing }],
        next: undefined,
      },
      { done: true, runs: [run('new-delta', 'delta', upper)], effect: [], folded: [], next: undefined },
    ];
    const ranges = [
      { range: toHex(lower), fold: true, mergeFrom: 3 },
      { range: toHex(upper), fold: false, mergeFrom: 3 },
    ];
    const manifest = assembleManifest({
      plan,
      applyPlan: { partitions: 2, ranges, spills: [] },
      results,
      parent,
      cut: { stream: 'stream-1', shards: { 'shard-1': '5' } },
    });
    expect(manifest.runs.map(({ key, range }) => [key, range])).toEqual([
      ['base-1', toHex(upper)],
      ['delta', toHex(upper)],
      ['new-base', toHex(lower)],
      ['new-delta', toHex(upper)],
    ]);
    expect(manifest.copied).toEqual({ bytes: 20, files: 2, records: 4 });
    expect(manifest.cut).toEqual({ stream: 'stream-1', shards: { 'shard-1': '5' } });
  });
});
