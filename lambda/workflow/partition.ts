import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { KeyNames } from '../item/attribute-value.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { framesOf, writeFrames } from '../snapshot/frame-file.ts';
import type { Limits } from '../snapshot/limits.ts';
import { keyNamesOf } from '../snapshot/manifest.ts';
import { encodeNetChange, type NetChange } from '../snapshot/net-change.ts';
import { sortAndNet } from '../snapshot/sort-spill.ts';
import { StagedLines } from '../snapshot/staged-record.ts';
import type { StagedFile } from '../sources/staged-files.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import {
  type BackupPlan,
  names,
  type PartitionPlan,
  type PartitionResult,
  type Spill,
} from './backup-plan.ts';
import { Budget } from './budget.ts';
import { linesOf } from './lines.ts';
import { type TaskInput, type TaskResult, taskResult } from './task.ts';
import { backupStaging, partName } from './staging.ts';

/** Turns staged files into spills: canonical, sorted by key hash, one net change for a key in each. */
export async function partition(services: Services, input: TaskInput): Promise<TaskResult> {
  const staging = backupStaging(services.store, input.job);
  const [plan, { tasks }] = await Promise.all([
    staging.read<BackupPlan>(names.plan),
    staging.read<PartitionPlan>(names.partitionPlan),
  ]);
  const task = names.partition(input.task);
  const { done } = await staging.once<PartitionResult>(partName(task, input.part), async () => {
    const files = tasks[input.task] ?? [];
    const before =
      input.part === 0 ? 0 : (await staging.read<PartitionResult>(partName(task, input.part - 1))).filesDone;
    const attempt = services.ids.hex(8);
    const budget = new Budget(services.clock, services.config.timeBudgetMs);
    const spills = new Spills(services.store, services.config.limits, (n) =>
      staging.key(`${task}/${input.part}-${attempt}-${n}.spill`),
    );
    let filesDone = before;
    for (const file of files.slice(before)) {
      await read(services.store, file, keyNamesOf(plan.description), spills);
      filesDone++;
      if (budget.spent()) break;
    }
    return { done: filesDone === files.length, spills: await spills.close(), filesDone };
  });
  return taskResult(input, done);
}

/** Each chunk that gunzip gives is a hop between threads; Node's own 16 KiB cost half as much again. */
const chunkBytes = 256 * 1024;

/** Throws `StagedDataCorrupt` if the file does not hold the records that its writer counted. */
async function read(store: ObjectStore, file: StagedFile, keyNames: KeyNames, spills: Spills): Promise<void> {
  let records = 0;
  const staged = new StagedLines(keyNames);
  const parse = async (bytes: AsyncIterable<Buffer>): Promise<void> => {
    for await (const lines of linesOf(bytes)) {
      for (const line of lines) spills.add(staged.parse(line), line.length);
      records += lines.length;
      if (spills.full) await spills.flush();
    }
  };
  try {
    await pipeline(Readable.from(store.getStream(file.key)), createGunzip({ chunkSize: chunkBytes }), parse);
  } catch (cause) {
    if (!isZlibError(cause)) throw cause;
    throw new TidemarkError('StagedDataCorrupt', `${file.key} cannot be decompressed`, { cause });
  }
  if (records !== file.records) {
    throw new TidemarkError('StagedDataCorrupt', `${file.key} holds ${records} records, not ${file.records}`);
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Spills live for minutes: zstd's fastest ordinary level. */
const spillLevel = 1;

/** Gathers changes up to the size that is sorted in memory, then writes them as one spill. */
class Spills {
  readonly #store: ObjectStore;
  readonly #limits: Limits;
  readonly #name: (n: number) => string;
  readonly #written: Spill[] = [];
  #changes: NetChange[] = [];
  #bytes = 0;

  constructor(store: ObjectStore, limits: Limits, name: (n: number) => string) {
    this.#store = store;
    this.#limits = limits;
    this.#name = name;
  }

  add(change: NetChange, bytes: number): void {
    this.#changes.push(change);
    this.#bytes += bytes;
  }

  /** It is time for `flush`. */
  get full(): boolean {
    return this.#bytes >= this.#limits.sortBytes;
  }

  async close(): Promise<Spill[]> {
    if (this.#changes.length > 0) await this.flush();
    return this.#written;
  }

  async flush(): Promise<void> {
    const sorted = sortAndNet(this.#changes);
    this.#changes = [];
    this.#bytes = 0;
    const key = this.#name(this.#written.length);
    const frames = framesOf(once(sorted), encodeNetChange, this.#limits.spillFrameBytes);
    const file = await writeFrames(this.#store, key, frames, spillLevel);
    this.#written.push({
      ...file,
      key,
      lineBytes: sorted.reduce((sum, change) => sum + lineLength(change), 0),
    });
  }
}

/** As a line of a delta run. */
function lineLength({ key, image }: NetChange): number {
  return (
    '{"Keys":{}}\n'.length + key.length + (image === undefined ? 0 : ',"NewImage":'.length + image.length)
  );
}

async function* once<T>(batch: readonly T[]): AsyncGenerator<readonly T[]> {
  yield batch;
}
