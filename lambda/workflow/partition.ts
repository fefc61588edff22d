import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { KeyNames } from '../item/attribute-value.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { keyNamesOf } from '../snapshot/manifest.ts';
import { StagedLines } from '../snapshot/staged-record.ts';
import type { StagedFile } from '../sources/staged-files.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { type BackupPlan, names, type PartitionPlan, type PartitionResult } from './backup-plan.ts';
import { Budget } from './budget.ts';
import { linesOf } from './lines.ts';
import { SpillWriter } from './spills.ts';
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
    const { limits } = services.config;
    const spills = new SpillWriter(services.store, limits, (n) =>
      staging.key(`${task}/${input.part}-${attempt}-${n}.spill`),
    );
    let filesDone = before;
    let bytes = 0;
    for (const file of files.slice(before)) {
      await read(services.store, file, keyNamesOf(plan.description), spills);
      filesDone++;
      bytes += file.rawBytes;
      if (budget.spent() || bytes >= limits.partBytes) break;
    }
    const most = Math.max(1, Math.floor(limits.maxSpills / tasks.length));
    return { done: filesDone === files.length, spills: await spills.close(most), filesDone };
  });
  return taskResult(input, done);
}

/** Each chunk that gunzip gives is a hop between threads; Node's own 16 KiB cost half as much again. */
const chunkBytes = 256 * 1024;

/** Throws `StagedDataCorrupt` if the file does not hold the records that its writer counted. */
async function read(
  store: ObjectStore,
  file: StagedFile,
  keyNames: KeyNames,
  spills: SpillWriter,
): Promise<void> {
  let records = 0;
  const staged = new StagedLines(keyNames);
  const parse = async (bytes: AsyncIterable<Buffer>): Promise<void> => {
    for await (const lines of linesOf(bytes)) {
      for (const line of lines) {
        const change = staged.parse(line);
        if (!spills.add(change)) {
          await spills.flush();
          spills.add(change);
        }
      }
      records += lines.length;
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
