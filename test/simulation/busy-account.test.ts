import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scaleRuns } from '../support/scale.ts';

const run = promisify(execFile);

it('backups of hundreds of tables that are due at once all become AVAILABLE, with the limits of one account on every call', async () => {
  // 500 in the gate.
  const count = scaleRuns(125);
  const main = join(import.meta.dirname, 'busy-account.ts');
  const options = ['--disable-warning=ExperimentalWarning', main, '--tables', String(count)];
  const { stdout } = await run(process.execPath, options);
  const { first, second, refused } = JSON.parse(stdout) as {
    readonly first: { readonly backups: object };
    readonly second: { readonly backups: object; readonly seconds: number };
    readonly refused: Readonly<Record<string, number>>;
  };
  expect(first.backups).toEqual({ 'AVAILABLE scan': count });
  // None fell back to a new base.
  expect(second.backups).toEqual({ 'AVAILABLE stream': count });
  // Each backup describes its stream twice, at 10 calls a second.
  expect(second.seconds).toBeLessThan(count * 0.4);
  expect(refused['DescribeStream']).toBeGreaterThan(count);
}, 600_000);
