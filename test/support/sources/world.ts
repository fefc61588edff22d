import { expect } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { type Clock, systemClock } from '../../../lambda/runtime/clock.ts';
import type { Config } from '../../../lambda/services/config.ts';
import type { Services } from '../../../lambda/services/services.ts';
import { wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { type Manifest, readManifest, type StreamCut } from '../../../lambda/snapshot/format/manifest.ts';
import { readSnapshot } from '../../../lambda/snapshot/read/read-snapshot.ts';
import { describeTable } from '../../../lambda/tables/table.ts';
import { apply } from '../../../lambda/backup/apply.ts';
import { arrange } from '../../../lambda/backup/arrange.ts';
import { begin } from '../../../lambda/backup/begin.ts';
import { collect, type CollectInput, type CollectResult } from '../../../lambda/backup/collect.ts';
import { commit } from '../../../lambda/backup/commit.ts';
import { partition } from '../../../lambda/backup/partition.ts';
import type { Step } from '../../../lambda/handlers/compose/run-step.ts';
import { scan } from '../../../lambda/backup/scan.ts';
import type { TaskInput, TaskResult } from '../../../lambda/jobs/task.ts';
import { createMemoryStore } from '../snapshot/support.ts';
import { startDatabase, type TestDatabase } from '../database.ts';
import { type Harness, startHarness } from '../harness.ts';
import { createSimulatedDynamodb } from '../simulated-dynamodb.ts';
import { type Action, SimulatedTable, type StreamOptions } from './simulated-stream.ts';
import { type BackupJob, createBackupJob } from '../../../lambda/jobs/job.ts';

/** How many empty pages in a row end the reading of an open shard. */
export const emptyPages = 3;

/** A stream without empty pages. */
export const steady: StreamOptions = { emptyPages: 0, recordsPerPage: 10, seed: 1 };

export interface World {
  readonly table: SimulatedTable;
  readonly services: Services;
  /** Called before each step. */
  beforeStep: () => void;
}

/** Creates worlds over one catalog in a real database, one after another. */
export class Worlds {
  readonly #harness: Harness;
  readonly #real: TestDatabase;
  readonly #setClock: (clock: Clock) => void;
  #count = 0;

  private constructor(real: TestDatabase, harness: Harness, setClock: (clock: Clock) => void) {
    this.#real = real;
    this.#harness = harness;
    this.#setClock = setClock;
  }

  static async start(): Promise<Worlds> {
    const real = await startDatabase();
    let current = systemClock;
    const clock: Clock = { now: () => current.now(), sleep: (milliseconds) => current.sleep(milliseconds) };
    const harness = await startHarness(real, { clock });
    return new Worlds(real, harness, (next) => {
      current = next;
    });
  }

  /** Runs the work in a Tidemark over a new simulated table, whose clock is the only one. */
  async within(
    options: StreamOptions,
    work: (world: World) => Promise<void>,
    timeBudgetMs = 60_000,
  ): Promise<void> {
    this.#count++;
    const table = new SimulatedTable(options, `simulated-${this.#count}`);
    const clock: Clock = {
      now: () => table.now,
      async sleep(milliseconds) {
        table.now += milliseconds;
      },
    };
    this.#setClock(clock);
    const { services } = this.#harness;
    const config: Config = { ...services.config, emptyPages, scanSegments: 2, settleMs: 500, timeBudgetMs };
    await work({
      table,
      services: {
        ...services,
        config,
        clock,
        dynamodb: createSimulatedDynamodb(table),
        streams: table.client,
        store: createMemoryStore(),
      },
      beforeStep: () => {},
    });
  }

  async close(): Promise<void> {
    await this.#harness.close();
    await this.#real.close();
  }
}

export async function request({ services, table }: World): Promise<BackupRecord> {
  const { identity, description, streamArn } = await describeTable(services.dynamodb, table.name);
  const { backup } = await services.catalog.backups.create({
    name: 'test',
    table: identity,
    description,
    ...(streamArn !== undefined && { streamArn }),
  });
  return backup;
}

/** Makes the backup step by step, as the state machine does, and returns the answers of `collect`. */
export async function make(world: World, { id, table }: BackupRecord): Promise<CollectResult['status'][]> {
  const answers: CollectResult['status'][] = [];
  let job = createBackupJob(table.name, id);
  let tasks: readonly number[] = [];
  do {
    const begun = await runStep(world, begin, { job });
    expect(begun.status).toBe(begun.tasks.length > 0 ? 'scan' : 'collect');
    for (const task of begun.tasks) await runTask(world, scan, job, task);
    let collected: CollectInput = { job, part: 0 };
    do {
      const answer = await runStep(world, collect, collected);
      world.table.now += answer.waitSeconds * 1000;
      answers.push(answer.status);
      ({ tasks } = answer);
      collected = answer;
    } while (['wait', 'more'].includes(answers.at(-1) ?? ''));
    ({ job } = collected);
  } while (answers.at(-1) === 'again');
  for (const task of tasks) await runTask(world, partition, job, task);
  const arranged = await runStep(world, arrange, { job });
  for (const task of arranged.tasks) await runTask(world, apply, job, task);
  await runStep(world, commit, { job });
  return answers;
}

/** Runs a step. Steps are so quick that a scan can end in the marker's second. */
function runStep<I, O>({ table, services, beforeStep }: World, run: Step<I, O>, input: I): Promise<O> {
  table.now += 20;
  beforeStep();
  return run(services, input);
}

async function runTask(
  world: World,
  run: Step<TaskInput<BackupJob>, TaskResult<BackupJob>>,
  job: BackupJob,
  task: number,
): Promise<void> {
  let next: TaskResult<BackupJob> = { job, task, part: 0, status: 'more' };
  while (next.status === 'more') next = await runStep(world, run, next);
}

export async function backUp(world: World): Promise<BackupRecord> {
  const backup = await request(world);
  await make(world, backup);
  return backup;
}

/** Expects that the backup holds exactly the content at its cut, and that its cut fits its marker. */
export async function expectExact(
  world: World,
  backup: BackupRecord,
): Promise<Manifest & { readonly cut: StreamCut }> {
  const { table, services } = world;
  const { manifest } = await readManifest(services.store, backup.table.tableId, backup.id);
  const content = new Map<number, number>();
  for await (const batch of readSnapshot(services.store, manifest, wholeRange)) {
    for (const { image } of batch) {
      const item = JSON.parse(image.toString()) as { pk: { S: string }; value: { N: string } };
      content.set(Number(item.pk.S.slice(1)), Number(item.value.N));
    }
  }
  const { cut } = manifest;
  if (!('stream' in cut)) throw new Error('the snapshot does not end in a stream');
  expect(content).toEqual(table.contentAt(cut));
  expect(manifest.items).toBe(content.size);
  const stream = table.streams.find(({ arn }) => arn === cut.stream);
  const from = Math.max(backup.marker, stream?.createdAt ?? 0);
  const before = table.history.filter((write) => table.isBefore(write, cut));
  expect(before).toEqual(expect.arrayContaining(table.history.filter((write) => write.at <= backup.marker)));
  expect(before.filter((write) => write.second > Math.floor(from / 1000))).toEqual([]);
  return { ...manifest, cut };
}

/** Runs one of the actions before each page that is read, and one before each step. */
export function playMeanwhile(world: World, actions: readonly Action[]): void {
  const left = [...actions];
  const next = () => {
    const action = left.shift();
    if (action !== undefined) world.table.play(action);
  };
  world.table.meanwhile = next;
  world.beforeStep = next;
}
