import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { wholeRange } from '../snapshot/format/hash-range.ts';
import { keyRulesOf } from '../snapshot/format/key-rules.ts';
import type { RunRef } from '../snapshot/format/manifest.ts';
import { readRun } from '../snapshot/read/read-snapshot.ts';
import type { BackupPlan } from './backup-plan.ts';

/**
 * Reads the whole of runs that were just written, and compares every frame with its checksum and the number of lines with
 * that of the run. Throws `StagedDataCorrupt`, so that the step is repeated and writes other files.
 */
export async function readBack(
  { store, config }: Pick<Services, 'store' | 'config'>,
  plan: Pick<BackupPlan, 'description' | 'hashKey'>,
  runs: readonly RunRef[],
): Promise<void> {
  const keys = keyRulesOf(plan);
  for (const run of runs) {
    const records = await countLines(readRun(store, run, wholeRange, keys, config.limits.maxReadBytes));
    if (records === run.records) continue;
    throw readBackError(`${run.key} has ${records} lines, but ${run.records} were written`);
  }
}

async function countLines(batches: AsyncIterable<readonly object[]>): Promise<number> {
  let lines = 0;
  try {
    for await (const batch of batches) lines += batch.length;
  } catch (error) {
    if (!isError(error, 'SnapshotCorrupt', 'ObjectNotFound')) throw error;
    // Not `SnapshotCorrupt`: the parent is not damaged.
    throw readBackError(reasonOf(error));
  }
  return lines;
}

function readBackError(what: string): TidemarkError {
  return new TidemarkError('StagedDataCorrupt', `a written object was read back with other bytes: ${what}`);
}
