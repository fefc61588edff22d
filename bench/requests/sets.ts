import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOperations } from '../../lambda/operations/operations.ts';
import type { LocalServices } from '../../local/services.ts';
import { BenchError } from '../engine/run.ts';
import { openLocalServices } from './local-services.ts';
import { Recorder } from './recorder.ts';
import { createLoadedTable } from './tables.ts';

/** What the requests for the backups of several tables took. */
export interface Requested {
  /** Until all backups are AVAILABLE. */
  readonly seconds: number;
  /** The calls to AWS of the requests alone. */
  readonly calls: number;
}

export interface SetsResult {
  readonly tables: number;
  readonly set: Requested;
  readonly singles: Requested;
}

const itemsOfEach = 25;

/** CreateBackup admits so many requests in a second. */
const admitted = 50;

/**
 * Measures one request for a set of tables, and as many requests for single backups of other, equal tables. All are first
 * backups.
 */
export async function measureSets(folder: string, count: number): Promise<SetsResult> {
  await using started = new AsyncDisposableStack();
  const local = await openLocalServices(join(folder, 'sets'), started);
  const recorder = new Recorder();
  recorder.watch(local.services.dynamodb);
  const operations = createOperations({
    ...local.services,
    executions: recorder.watchExecutions(local.services.executions),
    continuous: local.continuous,
  });
  const createTables = async (kind: string): Promise<string[]> => {
    const names: string[] = [];
    for (let i = 0; i < count; i++) {
      names.push(await createLoadedTable(local.services.dynamodb, `${kind}-${i}`, itemsOfEach));
    }
    return names;
  };
  const [ofSet, ofSingles] = [await createTables('set'), await createTables('single')];
  const set = await measure(local, recorder, () =>
    operations.createBackupSet({ name: 'bench', tables: ofSet }),
  );
  const { sets } = await operations.listBackupSets({ name: 'bench', limit: 1 });
  if (sets[0]?.status !== 'AVAILABLE') throw new BenchError(`the set is ${sets[0]?.status}`);
  const singles = await measure(local, recorder, async () => {
    for (let at = 0; at < count; at += admitted) {
      if (at > 0) await sleep(1000);
      const some = ofSingles.slice(at, at + admitted);
      await Promise.all(some.map((table) => operations.createBackup({ table, name: 'bench' })));
    }
  });
  return { tables: count, set, singles };
}

async function measure(
  { executions }: LocalServices,
  recorder: Recorder,
  request: () => Promise<unknown>,
): Promise<Requested> {
  const start = performance.now();
  const calls = await recorder.record(request);
  await executions.idle();
  return { seconds: (performance.now() - start) / 1000, calls: calls.length };
}
