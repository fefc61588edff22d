import { spawn, type SpawnOptions } from 'node:child_process';

/** A measurement failed. The message says why. */
export class BenchError extends Error {}

/** Runs a program and returns its output. Throws `BenchError` if it cannot be started or fails. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'env'> = {},
): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): boolean => child.kill();
  process.once('exit', end);
  const [output, errors, code] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve);
      child.once('error', (cause) =>
        reject(new BenchError(`${command} cannot be started: ${cause.message}`, { cause })),
      );
    }),
  ]);
  process.removeListener('exit', end);
  if (code !== 0) throw new BenchError(`${command} failed: ${errors.trim()}`);
  return output;
}

async function readText(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
