import { readFile, rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** The kernel ends a killed process within moments; it is looked for this often. */
const lookEveryMs = 10;

/** A process that waits for a disk may take longer than moments; one that waits for longer than this needs a person. */
const maxWaitMs = 30_000;

/**
 * Ends the process that a killed runtime left behind: the one whose id is in `pidFile`, if `argument` is among its
 * arguments. Ids are used again, so a process without it is somebody else's and is left alone.
 */
export async function killLeftOver(pidFile: string, argument: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  // What the database has answered is in its file: it may be killed at any time.
  if (await runsWith(pid, argument)) process.kill(pid, 'SIGKILL');
  const until = Date.now() + maxWaitMs;
  while (await runsWith(pid, argument)) {
    if (Date.now() > until) throw new Error(`Process ${pid} does not end. End it, then start again.`);
    await setTimeout(lookEveryMs);
  }
  await rm(pidFile, { force: true });
}

async function runsWith(pid: number, argument: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(argument);
}
