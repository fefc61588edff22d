import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output } from '../../duckdb/join.ts';
import { stageData } from '../data.ts';
import { keyName } from '../items.ts';
import { median, type Repetitions } from '../measure.ts';
import { BenchError, runProgram } from '../run.ts';
import { arrangeAndApply, beginBackup, partitionAll, publishBackup } from '../steps.ts';
import { clearWorld, runFilesOf, readSnapshotManifest, type World } from '../world.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';

const folder = fileURLToPath(new URL('../../duckdb', import.meta.url));

/** Measures D: DuckDB's CPU seconds for the fold of the uniform changes, from the files of the base and the delta. */
export async function measureDuckdb(
  world: World,
  base: BackupId,
  repetitions: Repetitions,
): Promise<{ cpu: number }> {
  const { services, data } = world;
  await installDuckdb();
  const files = await stageData(data, 'day-1');
  const work = await beginBackup(services.store, { kind: 'incremental', parent: base, files });
  await partitionAll(services, work);
  await arrangeAndApply(services, work);
  const { runs, items } = await publishBackup(services, work);
  const out = join(world.folder, 'duckdb.zst');
  const input = {
    base: runFilesOf(world, await readSnapshotManifest(world, base)),
    changes: runFilesOf(world, { runs: runs.filter((run) => run.kind === 'delta') }),
    out,
    keyName,
    ...repetitions,
  };
  const printed = await runProgram(process.execPath, [join(folder, 'join.ts'), JSON.stringify(input)]);
  const { cpu, rows } = JSON.parse(printed) as Output;
  await clearWorld(world, work);
  await rm(out);
  if (rows !== items) throw new BenchError(`DuckDB wrote ${rows} items, not ${items}`);
  return { cpu: median(cpu) };
}

/** Installs DuckDB on first use. It is not a dependency of the project, so users do not install it. */
async function installDuckdb(): Promise<void> {
  if (existsSync(join(folder, 'node_modules'))) return;
  await runProgram('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund']);
}
