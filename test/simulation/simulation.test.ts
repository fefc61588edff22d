import { execFile } from 'node:child_process';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** Simulates in a process of its own, which may run nothing else. Returns the process's output, and the event log. */
async function simulate(file: string): Promise<{ readonly summary: string; readonly log: string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const options = ['--seed', '1', '--seeds', '3', '--log', file];
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...options]);
  return { summary: stdout, log: await readFile(file, 'utf8') };
}

it('three simulated universes keep every invariant, and replay exactly', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tidemark-test-'));
  const first = await simulate(join(folder.path, 'first.log'));
  expect(first.summary).toContain('3 seeds, 0 failed');
  expect(first.summary).toMatch(/[1-9]\d* backups and [1-9]\d* restores were compared/);
  expect(first.summary).toMatch(/faults: .*lostAnswer/);
  const second = await simulate(join(folder.path, 'second.log'));
  expect(first.log.split('\n').length).toBeGreaterThan(1000);
  expect(second.log).toBe(first.log);
}, 600_000);
