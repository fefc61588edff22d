import { Session } from 'node:inspector/promises';
import { basename } from 'node:path';

/** Where the main thread spent its time: a function, with the time in itself and not in what it calls. */
export interface SelfTime {
  readonly what: string;
  readonly ms: number;
}

/** Runs the work under V8's sampling profiler: the functions of most self time. zlib's threads are not seen. */
export async function profiled(work: () => Promise<unknown>, most = 25): Promise<SelfTime[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`;
      return [id, `${functionName || '(anonymous)'}${place}`];
    }),
  );
  const times = new Map<string, number>();
  for (const [i, node] of (profile.samples ?? []).entries()) {
    const what = names.get(node) ?? '';
    times.set(what, (times.get(what) ?? 0) + (profile.timeDeltas?.[i] ?? 0) / 1000);
  }
  return [...times]
    .filter(([what]) => what !== '(idle)')
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([what, ms]) => ({ what, ms: Math.round(ms) }));
}
