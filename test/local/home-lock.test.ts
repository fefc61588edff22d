import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockHome } from '../../local/home-lock.ts';
import { createTemporaryFolder } from '../support/local/support.ts';

test('only one process can lock a home folder, and the error of another process names the first', async () => {
  const home = await createTemporaryFolder();
  const release = lockHome(home);
  expect(() => lockHome(home)).toThrow(`${home} is in use by process ${process.pid}. Stop it`);
  release();
  lockHome(home)();
});

test('the lock of a killed process is released', async () => {
  const home = await createTemporaryFolder();
  const lock = `(await import(${JSON.stringify(join(import.meta.dirname, '../../local/home-lock.ts'))}))`;
  const holder = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `${lock}.lockHome(${JSON.stringify(home)}); process.stdin.resume(); console.log('held');`,
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  expect(() => lockHome(home)).toThrow(`in use by process ${holder.pid}`);
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  lockHome(home)();
});
