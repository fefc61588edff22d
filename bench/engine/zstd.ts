import { BenchError, runProgram } from './run.ts';

/** Reads the version of zstd. Throws `BenchError` if zstd is not installed. */
export async function readZstdVersion(): Promise<string> {
  const text = await runProgram('zstd', ['--version']).catch((cause: unknown) => {
    throw new BenchError('zstd is not installed: the engine is measured against its command line tool', {
      cause,
    });
  });
  return /v[\d.]+/.exec(text)?.[0] ?? text.trim();
}

/**
 * Measures L: the CPU seconds, user and system of both processes, of decompressing the files and compressing them again.
 * bash's `time` counts the whole pipeline, in milliseconds.
 */
export async function measureRecompression(files: readonly string[]): Promise<number> {
  const script = `TIMEFORMAT='%U %S'; time (zstd -dcq --single-thread "$@" | zstd -3 -cq --single-thread > /dev/null)`;
  const text = await runBash(`{ ${script}; } 2>&1`, files);
  return text
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds), 0);
}

/** Measures the bytes of the files' content when zstd -3 compresses it as one. */
export async function measureRecompressedBytes(files: readonly string[]): Promise<number> {
  return Number(await runBash('zstd -dcq "$@" | zstd -3 -cq | wc -c', files));
}

function runBash(script: string, files: readonly string[]): Promise<string> {
  return runProgram('bash', ['-c', `set -euo pipefail; ${script}`, 'bash', ...files]);
}
