import { readdir, readFile } from 'node:fs/promises';

/**
 * Kills the processes in which the emulator runs a function, without notice. Returns how many there were. Other emulators
 * of this machine may run functions of the same name, so only children of ours count.
 */
export async function killWorkers(functionName: string): Promise<number> {
  const emulator = Number(process.env['TIDEMARK_TEST_EMULATOR_PID']);
  let killed = 0;
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    const worker = await readProcess(pid);
    if (worker?.parent !== emulator || !worker.command.includes(`-${functionName}-`)) continue;
    process.kill(pid, 'SIGKILL');
    killed++;
  }
  return killed;
}

/** Reads the command and the parent of a process; undefined if it has ended. */
async function readProcess(pid: number): Promise<{ command: string; parent: number } | undefined> {
  try {
    const [command, status] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return { command, parent: Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]) };
  } catch {
    return undefined;
  }
}
