import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackupId } from '../../../lambda/model/records.ts';
import type { Output } from '../../duckdb/join.ts';
import { stagedSet } from '../data.ts';
import { keyName } from '../items.ts';
import { median, type Repetitions } from '../measure.ts';
import { BenchError, outputOf } from '../run.ts';
import { arrangeAndApply, begun, partitionAll, published } from '../steps.ts';
import { clear, runFiles, snapshotOf, type World } from '../world.ts';

const folder = fileURLToPath(new URL('../../duckdb', import.meta.url));

/** D: DuckDB's CPU seconds for the fold of the uniform changes. It gets the base's and the delta's own files. */
export async function duckdb(
  world: World,
  base: BackupId,
  repetitions: Repetitions,
): Promise<{ cpu: number }> {
  const { services, data } = world;
  await install();
  const files = await stagedSet(data, 'day-1');
  const work = await begun(services.store, { kind: 'incremental', parent: base, files });
  await partitionAll(services, work);
  await arrangeAndApply(services, work);
  const { runs, items } = await published(services, work);
  const out = join(world.folder, 'duckdb.zst');
  const input = {
    base: runFiles(world, await snapshotOf(world, base)),
    changes: runFiles(world, { runs: runs.filter((run) => run.kind === 'delta') }),
    out,
    keyName,
    ...repetitions,
  };
  const printed = await outputOf(process.execPath, [join(folder, 'join.ts'), JSON.stringify(input)]);
  const { cpu, rows } = JSON.parse(printed) as Output;
  await clear(world, work);
  await rm(out);
  if (rows !== items) throw new BenchError(`DuckDB wrote ${rows} items, not ${items}`);
  return { cpu: median(cpu) };
}

/** DuckDB is kept out of what users install: it comes when it is first measured. */
async function install(): Promise<void> {
  if (existsSync(join(folder, 'node_modules'))) return;
  await outputOf('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund']);
}
