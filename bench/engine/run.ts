import { spawn, type SpawnOptions } from 'node:child_process';

/** A measure could not be made; the message says why. */
export class BenchError extends Error {}

/** Runs a program and gives what it prints. Throws `BenchError` if it cannot be started or fails. */
export async function outputOf(
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'env'> = {},
): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): boolean => child.kill();
  process.once('exit', end);
  const [output, errors, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
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

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
