import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import type { Change } from '../snapshot/change.ts';
import { DigestSum, imageDigest } from '../snapshot/digest.ts';
import { encodeFrameFile, type FrameFile, readFrames } from '../snapshot/frame-file.ts';
import { contains, fromHex, type HashRange, hexHash, rangeNumber, toHex } from '../snapshot/hash-range.ts';
import { encodeLine, type RunKind } from '../snapshot/line.ts';
import { runKey } from '../snapshot/manifest.ts';
import { mergeSorted } from '../snapshot/merge.ts';
import { combineChanges, decodeNetChanges, type NetChange } from '../snapshot/net-change.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import {
  type ApplyPlan,
  type ApplyResult,
  type BackupPlan,
  names,
  type PartitionDelta,
  type Spill,
} from './backup-plan.ts';
import { Budget, untilSpent } from './budget.ts';
import { type TaskInput, type TaskResult, taskResult } from './task.ts';
import { backupStaging, partName } from './staging.ts';

/** Merges the spills of one range into a run: a base run, or a delta run that is read over the parent's runs. */
export async function apply(services: Services, input: TaskInput): Promise<TaskResult> {
  const staging = backupStaging(services.store, input.job);
  const [plan, applyPlan] = await Promise.all([
    staging.read<BackupPlan>(names.plan),
    staging.read<ApplyPlan>(names.applyPlan),
  ]);
  const task = names.apply(input.task);
  const { done } = await staging.once<ApplyResult>(partName(task, input.part), async () => {
    const range = applyPlan.ranges[input.task];
    if (range === undefined) throw new TidemarkError('Internal', `there is no range ${input.task}`);
    const before =
      input.part === 0 ? undefined : await staging.read<ApplyResult>(partName(task, input.part - 1));
    const whole = fromHex(range);
    const rest = { from: before?.next === undefined ? whole.from : BigInt(`0x${before.next}`), to: whole.to };
    const name = `${plan.id}-${services.ids.hex(8)}-${input.task}.${input.part}`;
    return new RangeApply(services, plan, applyPlan, rest).run(runKey(plan.table.tableId, name));
  });
  return taskResult(input, done);
}

/** One invocation's work on a range. */
class RangeApply {
  readonly #services: Services;
  readonly #plan: BackupPlan;
  readonly #applyPlan: ApplyPlan;
  readonly #range: HashRange;
  readonly #budget: Budget;
  readonly #tallies = new Map<number, Tally>();
  #tombstones = 0;
  /** Where the next invocation begins, if time runs out. */
  #next: bigint | undefined;

  constructor(services: Services, plan: BackupPlan, applyPlan: ApplyPlan, range: HashRange) {
    this.#services = services;
    this.#plan = plan;
    this.#applyPlan = applyPlan;
    this.#range = range;
    this.#budget = new Budget(services.clock, services.config.timeBudgetMs);
  }

  async run(key: string): Promise<ApplyResult> {
    const kind: RunKind = this.#plan.parent === undefined ? 'base' : 'delta';
    const changes = await startedOrEmpty(this.#changes());
    if (changes === undefined) return this.#result(undefined);
    let file: FrameFile | undefined;
    const bytes = encodeFrameFile(
      changes,
      (change) => encodeLine(kind, change),
      (finished) => {
        file = finished;
      },
      this.#services.config.limits.frameBytes,
    );
    const outcome = await this.#services.store.putStream(key, bytes);
    if (file === undefined || outcome !== 'stored')
      throw new TidemarkError('Internal', `${key} was not written`);
    const { bytes: size, ...rest } = file;
    return this.#result({
      key,
      kind,
      ...rest,
      bytes: size,
      tombstones: this.#tombstones,
      range: toHex(this.#covered()),
    });
  }

  /** The range's changes in order; what changed nothing is left out. Counts as it goes. */
  async *#changes(): AsyncGenerator<Change[]> {
    const { spills } = this.#applyPlan;
    const { limits } = this.#services.config;
    const readAhead = Math.min(limits.readBytes, Math.ceil(limits.sortBytes / Math.max(1, spills.length)));
    const sources = spills.map((spill) => readSpill(this.#services.store, spill, this.#range, readAhead));
    const merged = untilSpent(
      mergeSorted(sources, combineChanges, limits.batchEntries),
      this.#budget,
      (hash) => {
        this.#next = hash;
      },
    );
    for await (const batch of merged) {
      const changes = batch.filter((net) => this.#tally(net));
      if (changes.length > 0) yield changes;
    }
  }

  /** Counts a change in its partition; false if it is none. */
  #tally(net: NetChange): boolean {
    const old = this.#plan.parent === undefined ? undefined : net.old;
    if (net.image === undefined && old === undefined) return false;
    const digest = net.image && imageDigest(net.image);
    if (digest !== undefined && old !== undefined && digest.equals(old.digest)) return false;
    if (digest === undefined) this.#tombstones++;
    const partition = rangeNumber(net.hash, this.#applyPlan.partitions);
    const tally = this.#tallies.get(partition) ?? { items: 0, bytes: 0, digest: new DigestSum() };
    this.#tallies.set(partition, tally);
    if (digest !== undefined) {
      tally.items++;
      tally.bytes += net.imageBytes;
      tally.digest.add(digest);
    }
    if (old !== undefined) {
      tally.items--;
      tally.bytes -= old.bytes;
      tally.digest.subtract(old.digest);
    }
    return true;
  }

  #covered(): HashRange {
    return { from: this.#range.from, to: this.#next ?? this.#range.to };
  }

  #result(run: ApplyResult['run']): ApplyResult {
    const deltas: PartitionDelta[] = [...this.#tallies].map(([partition, tally]) => ({
      partition,
      items: tally.items,
      bytes: tally.bytes,
      digest: tally.digest.hex(),
    }));
    return {
      done: this.#next === undefined,
      run,
      deltas,
      next: this.#next === undefined ? undefined : hexHash(this.#next),
    };
  }
}

interface Tally {
  items: number;
  bytes: number;
  readonly digest: DigestSum;
}

async function* readSpill(
  store: ObjectStore,
  spill: Spill,
  range: HashRange,
  readAhead: number,
): AsyncGenerator<NetChange[]> {
  for await (const frame of readFrames(store, spill, range, readAhead)) {
    yield decodeNetChanges(frame).filter((change) => contains(range, change.hash));
  }
}

/** The batches, or undefined if there is none: no run is written for nothing. */
async function startedOrEmpty<T>(batches: AsyncGenerator<T>): Promise<AsyncGenerator<T> | undefined> {
  const first = await batches.next();
  if (first.done === true) return undefined;
  return (async function* () {
    yield first.value;
    yield* batches;
  })();
}
