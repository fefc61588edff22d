import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../cli/demo/report.ts';

const demo = fileURLToPath(new URL('../../cli/demo.ts', import.meta.url));

/** The folder that the demo makes its own in. */
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
  it('proves its backups and prints nothing but JSON', async () => {
    const { code, stdout, stderr } = await runDemo(['--items', '500', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as Report;
    expect(report.checks.map(({ name, held }) => [name, held])).toEqual([
      ['backup 1 is full', true],
      ['backup 2 is incremental', true],
      ['restore 1 is what the table held', true],
      ['restore 1 has its indexes', true],
      ['restore 2 is what the table held', true],
      ['restore 2 has its indexes', true],
      ['backup 1 is deleted, the other is not', true],
    ]);
    expect(report.held).toBe(true);
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

  it('prints plain lines for people where there is no terminal', async () => {
    const { code, stdout } = await runDemo(['--items', '100'], { NO_COLOR: '1' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^load +100 /m);
    expect(stdout).toMatch(/All held\.\n$/);
    expect(stdout).not.toContain('\u001B');
  });

  it('keeps its folder if asked to and says where', async () => {
    const { stdout, stderr } = await runDemo(['--items', '100', '--json', '--keep']);
    const { home } = JSON.parse(stdout) as Report;
    expect(stderr).toContain(`TIDEMARK_HOME=${home} npm start`);
    expect(await readdir(String(home))).toContain('store');
  });

  it('fails with one line if it cannot run', async () => {
    const { code, stdout, stderr } = await runDemo(['--json'], { TMPDIR: join(folder, 'missing') });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^demo: .*\n$/);
  });

  it('says how it is used, and that it was used wrongly', async () => {
    const help = await runDemo(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--items N');
    const wrong = await runDemo(['--items', 'many']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^demo: --items must be .*\n$/);
  });
});
