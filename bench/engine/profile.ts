import { Session } from 'node:inspector/promises';
import { basename } from 'node:path';

/** A function of the main thread and the time in the function itself, without the functions that it calls. */
export interface SelfTime {
  readonly what: string;
  readonly ms: number;
}

/**
 * Runs `work` under V8's sampling profiler and returns the functions with the most self time, without zlib's threads.
 */
export async function profileWork(work: () => Promise<unknown>, maxFunctions = 25): Promise<SelfTime[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  await work();
  const { profile: sampled } = await session.post('Profiler.stop');
  session.disconnect();
  const names = new Map(
    sampled.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`;
      return [id, `${functionName || '(anonymous)'}${place}`];
    }),
  );
  const times = new Map<string, number>();
  for (const [i, node] of (sampled.samples ?? []).entries()) {
    const what = names.get(node) ?? '';
    times.set(what, (times.get(what) ?? 0) + (sampled.timeDeltas?.[i] ?? 0) / 1000);
  }
  return [...times]
    .filter(([what]) => what !== '(idle)')
    .sort(([, a], [, b]) => b - a)
    .slice(0, maxFunctions)
    .map(([what, ms]) => ({ what, ms: Math.round(ms) }));
}
