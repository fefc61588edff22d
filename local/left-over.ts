import { readFile, rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** How often to check whether the kernel has ended a killed process, which takes moments. */
const pollMs = 10;

/** A process that waits for a disk may take longer than moments; one that waits for longer than this needs a person. */
const maxWaitMs = 30_000;

/**
 * Kills the process that a killed runtime left behind: the one whose id is in `pidFile`, if `argument` is among its
 * arguments. The kernel reuses ids, so a process without that argument is somebody else's and is not touched.
 */
export async function killLeftOver(pidFile: string, argument: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  // Whatever the database has acknowledged is in its file, so it may be killed at any time.
  if (await isRunningWith(pid, argument)) process.kill(pid, 'SIGKILL');
  const until = Date.now() + maxWaitMs;
  while (await isRunningWith(pid, argument)) {
    if (Date.now() > until) throw new Error(`Process ${pid} does not end. End it, then start again.`);
    await setTimeout(pollMs);
  }
  await rm(pidFile, { force: true });
}

async function isRunningWith(pid: number, argument: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(argument);
}
