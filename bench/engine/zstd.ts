import { BenchError, outputOf } from './run.ts';

/** Throws `BenchError` if there is no zstd. */
export async function zstdVersion(): Promise<string> {
  const text = await outputOf('zstd', ['--version']).catch((cause: unknown) => {
    throw new BenchError('zstd is not installed: its command line tool is what is measured against', {
      cause,
    });
  });
  return /v[\d.]+/.exec(text)?.[0] ?? text.trim();
}

/**
 * L: the CPU seconds, user and system of both processes, of decompressing the files and compressing them again.
 * bash's `time` counts all of a pipeline, in milliseconds.
 */
export async function recompressionCpu(files: readonly string[]): Promise<number> {
  const script = `TIMEFORMAT='%U %S'; time (zstd -dcq --single-thread "$@" | zstd -3 -cq --single-thread > /dev/null)`;
  const text = await bash(`{ ${script}; } 2>&1`, files);
  return text
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds), 0);
}

/** The bytes that the files' content takes when zstd -3 compresses it as one. */
export async function recompressedBytes(files: readonly string[]): Promise<number> {
  return Number(await bash('zstd -dcq "$@" | zstd -3 -cq | wc -c', files));
}

function bash(script: string, files: readonly string[]): Promise<string> {
  return outputOf('bash', ['-c', `set -euo pipefail; ${script}`, 'bash', ...files]);
}
