import { readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** How often to check whether the kernel has ended a killed process, which takes moments. */
const pollMs = 10;

/** The maximum wait for the end: a process may wait for a disk. If it takes longer, a person must end it. */
const maxWaitMs = 30_000;

/** The program of a process. */
export interface Program {
  /** The path of its executable. */
  readonly executable: string;
  /** Arguments that must occur in this order, one after another; others may come before and after. */
  readonly arguments: readonly string[];
}

/**
 * Kills the process that is still running after its runtime was killed: the one whose id is in `pidFile`, if it runs the
 * program as this process's user. The kernel reuses ids, and anybody may have written the file, so any other process is not
 * touched.
 */
export async function killLeftOver(pidFile: string, program: Program): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = /^\d{1,10}$/.test(text.trim()) ? Number(text) : 0;
  // All writes that the database has acknowledged are in its file, so it may be killed at any time.
  if (await isRunning(pid, program)) process.kill(pid, 'SIGKILL');
  const until = Date.now() + maxWaitMs;
  while (await isRunning(pid, program)) {
    if (Date.now() > until) throw new Error(`Process ${pid} does not end. End it, then start again.`);
    await setTimeout(pollMs);
  }
  await rm(pidFile, { force: true });
}

async function isRunning(pid: number, program: Program): Promise<boolean> {
  const folder = `/proc/${pid}`;
  try {
    const [commandLine, executable, own, { uid }] = await Promise.all([
      readFile(`${folder}/cmdline`, 'utf8'),
      readlink(`${folder}/exe`),
      realpath(program.executable),
      stat(folder),
    ]);
    // An argument cannot contain the separator.
    const hasArguments = `\0${commandLine}`.includes(`\0${program.arguments.join('\0')}\0`);
    return hasArguments && executable === own && uid === process.getuid?.();
  } catch {
    // There is no such process, or it belongs to somebody else.
    return false;
  }
}
