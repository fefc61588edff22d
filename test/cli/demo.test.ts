import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../cli/demo/report.ts';

const demo = fileURLToPath(new URL('../../cli/demo.ts', import.meta.url));

/** The folder in which the demo creates its own folder. */
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo in a process of its own. */
function runDemo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', demo, ...args],
      { env: { ...process.env, TMPDIR: folder, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe('the demo', () => {
  it('passes all its checks, and with --json prints only JSON', async () => {
    const { code, stdout, stderr } = await runDemo(['--items', '500', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as Report;
    expect(report.checks.map(({ name, passed }) => [name, passed])).toEqual([
      ['backup 1 is full', true],
      ['backup 2 is incremental', true],
      ['restore 1 has what the table had', true],
      ['restore 1 has its indexes', true],
      ['restore 2 has what the table had', true],
      ['restore 2 has its indexes', true],
      ['backup 1 is deleted, the other one is not', true],
    ]);
    expect(report.passed).toBe(true);
    expect(report.steps.map(({ step }) => step)).toEqual([
      'load',
      'backup 1 (full)',
      '1 % changed',
      'backup 2 (incremental)',
      'restore 1',
      'restore 2',
      'verify 1',
      'verify 2',
    ]);
    expect(report.steps.every(({ items, ms }) => items > 0 && ms > 0)).toBe(true);
    const [first, second] = report.backups;
    expect(first?.items).toBeGreaterThanOrEqual(500);
    expect(second?.bytesWritten).toBeLessThan((first?.bytesWritten ?? 0) / 2);
    expect(report.peakMemory.database).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('prints plain lines when its output is not a terminal', async () => {
    const { code, stdout } = await runDemo(['--items', '100'], { NO_COLOR: '1' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^load +100 /m);
    expect(stdout).toMatch(/All checks passed\.\n$/);
    expect(stdout).not.toContain('\u001B');
  });

  it('keeps its folder with --keep, and prints its path', async () => {
    const { stdout, stderr } = await runDemo(['--items', '100', '--json', '--keep']);
    const { home } = JSON.parse(stdout) as Report;
    expect(stderr).toContain(`TIDEMARK_HOME=${home} npm start`);
    expect(await readdir(String(home))).toContain('store');
  });

  it('exits with 1 and one line if it cannot run', async () => {
    const { code, stdout, stderr } = await runDemo(['--json'], { TMPDIR: join(folder, 'missing') });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^demo: .*\n$/);
  });

  it('prints its usage with --help, and exits with 2 for a wrong command line', async () => {
    const help = await runDemo(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--items N');
    const wrong = await runDemo(['--items', 'many']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^demo: --items must be .*\n$/);
  });
});
