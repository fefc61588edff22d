import type { Kind } from '../../../lambda/model/records.ts';
import { type CompactionPlan, planCompaction } from '../../../lambda/snapshot/compact/compaction.ts';
import { selectReplacedRuns } from '../../../lambda/snapshot/compact/range-plan.ts';
import {
  contains,
  splitHashSpace,
  fromHex,
  type HashRange,
  intersect,
  toHex,
  wholeRange,
} from '../../../lambda/snapshot/format/hash-range.ts';
import type { RunKind } from '../../../lambda/snapshot/format/line.ts';
import type { Limits } from '../../../lambda/snapshot/format/limits.ts';
import type { Manifest, RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { assembleManifest } from '../../../lambda/backup/assemble.ts';
import type { ApplyPlan, ApplyResult } from '../../../lambda/backup/backup-plan.ts';
import { manifestOf } from './support.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';

/** The changes of one backup. */
export interface Step {
  readonly kind: Kind;
  readonly changedBytes: number;
  /** Where the time budget ends a delta run, as shares of its range. */
  readonly splits: readonly number[];
}

/** The hashes that the tests check: the middles of 64 equal ranges. */
export const samples = splitHashSpace(64).map(({ from, to }) => (from + to) / 2n);

const zero = { items: 0, bytes: 0, digest: '0'.repeat(32) };
const index = { offset: 0, length: 0, sha256: '' };

/**
 * A table without data. Each run only knows, for each sampled hash, the backups whose changes it holds. The table carries out
 * the plans of the product's compaction, and lets the product assemble the manifests.
 */
export class PlannedTable {
  manifest: Manifest | undefined;
  backups = 0;
  readonly #limits: Limits;
  readonly #held = new Map<string, ReadonlyMap<bigint, readonly number[]>>();
  #names = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  backup({ kind, changedBytes, splits }: Step): CompactionPlan {
    const parent = this.manifest;
    const planned = this.manifest === undefined ? 'full' : kind;
    const plan = planCompaction(
      { runs: parent?.runs ?? [], partitions: parent?.partitions.length ?? 1, changedBytes, kind: planned },
      this.#limits,
    );
    const partitions = splitHashSpace(plan.partitions);
    const results = plan.ranges.map((rangePlan): ApplyResult => {
      const range = fromHex(rangePlan.range);
      const replaced = selectReplacedRuns(parent?.runs ?? [], rangePlan);
      const parts = rangePlan.fold
        ? partitions.filter((partition) => contains(range, partition.from))
        : splitRange(range, splits);
      const runs = parts.map((part) =>
        this.#run(rangePlan.fold ? 'base' : 'delta', part, replaced, changedBytes),
      );
      const folded = rangePlan.fold
        ? parts.map((part) => ({
            ...zero,
            partition: partitions.findIndex(({ from }) => from === part.from),
          }))
        : [];
      return { done: true, runs, effect: [], folded, next: undefined };
    });
    this.manifest = this.#assemble(planned, plan, results);
    this.backups++;
    return plan;
  }

  /** Lists the backups whose changes a reader finds at the hash, in the order of the runs. */
  listBackupsAt(hash: bigint): number[] {
    return this.listRunsAt(hash).flatMap(({ key }) => this.#held.get(key)?.get(hash) ?? []);
  }

  listRunsAt(hash: bigint): RunRef[] {
    return (this.manifest?.runs ?? []).filter((run) => contains(fromHex(run.range), hash));
  }

  #run(kind: RunKind, part: HashRange, replaced: readonly RunRef[], changedBytes: number): RunRef {
    const key = `run-${this.#names++}`;
    this.#held.set(
      key,
      new Map(
        samples
          .filter((hash) => contains(part, hash))
          .map((hash) => {
            const before = replaced.filter((run) => contains(fromHex(run.range), hash));
            const held = before.flatMap((run) => this.#held.get(run.key)?.get(hash) ?? []);
            return [hash, [...held, this.backups]] as const;
          }),
      ),
    );
    const share = (whole: HashRange, bytes: number): number => {
      const common = intersect(part, whole);
      return common === undefined
        ? 0
        : bytes * (Number(common.to - common.from) / Number(whole.to - whole.from));
    };
    // No two partitions have exactly the same size.
    const uneven = 1 + ((this.#names * 37) % 11) / 100;
    const rawBytes =
      uneven * share(wholeRange, changedBytes) +
      replaced.reduce((sum, run) => sum + share(fromHex(run.written), run.rawBytes), 0);
    return {
      key,
      kind,
      bytes: rawBytes,
      rawBytes,
      records: 1,
      tombstones: 0,
      index,
      range: toHex(part),
      written: toHex(part),
    };
  }

  #assemble(kind: Kind, plan: CompactionPlan, results: readonly ApplyResult[]): Manifest {
    const { table, description, hashKey } = manifestOf([]);
    const id = createBackupId(this.backups, '01234567');
    const applyPlan: ApplyPlan = { ...plan, spills: [] };
    return assembleManifest({
      plan: {
        id,
        marker: this.backups,
        internal: false,
        table,
        description,
        hashKey,
        kind,
        origin: { source: 'stream', stream: 'stream-1' },
        parent: this.manifest && { id: this.manifest.id, manifestSha256: '0'.repeat(64) },
        headSeen: this.manifest?.id,
        why: [],
        startedAt: 0,
      },
      applyPlan,
      results,
      parent: this.manifest,
      cut: { stream: 'stream-1', shards: {} },
    });
  }
}

/** Splits the range into parts that end at the shares. */
function splitRange({ from, to }: HashRange, shares: readonly number[]): HashRange[] {
  const width = Number(to - from);
  const places = shares.map((share) => from + BigInt(Math.floor(width * share)));
  const ends = [...places.filter((place) => place > from && place < to), to].sort((a, b) => (a < b ? -1 : 1));
  return ends.map((end, i) => ({ from: ends[i - 1] ?? from, to: end })).filter((part) => part.from < part.to);
}
