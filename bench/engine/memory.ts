import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Screen } from '../../cli/demo/screen.ts';
import { renderMegabytes } from '../../cli/demo/text.ts';
import { stagedSet } from './data.ts';
import { inChild, type Place } from './in-child.ts';
import type { Row } from './report.ts';

const growth = [1, 4, 16];

/** What is done to the base that was ingested. */
const onBase = ['fold-uniform', 'apply'] as const;

const repetitions = { warm: 0, times: 1 };

/** Peak memory is flat if it grows by no more than this while the data grow 16 times: a heap's size varies so much. */
const flat = 1.25;

/** The peak memory of the processes that ingest, fold and apply, as the data grow. Throws `BenchError`. */
export async function measureMemory({ data, folder }: Place, screen: Screen): Promise<Row[]> {
  const peaks = new Map<string, number[]>(['ingest', ...onBase].map((name) => [name, []]));
  for (const times of growth) {
    await screen.step(`Peak memory with ${times} times the data`, async (show) => {
      const place = { data: { ...data, items: data.items * times }, folder: join(folder, `memory-${times}`) };
      show('making the data, or finding them');
      await stagedSet(place.data, 'full');
      await stagedSet(place.data, 'day-1');
      show('ingest');
      const { result, peakBytes } = await inChild('ingest', place, { repetitions });
      peaks.get('ingest')?.push(peakBytes);
      for (const name of onBase) {
        show(name);
        const { peakBytes } = await inChild(name, place, { repetitions, snapshot: result.base });
        peaks.get(name)?.push(peakBytes);
      }
      await rm(place.folder, { recursive: true });
    });
  }
  return [...peaks].map(([name, bytes]) => {
    const [first = Number.NaN] = bytes;
    const last = bytes.at(-1) ?? Number.NaN;
    return {
      name: `peak memory, ${name}, ${growth.at(-1)} x by 1 x`,
      value: last,
      unit: 'bytes',
      ratio: last / first,
      of: '1 x',
      limit: flat,
      note: bytes.map(renderMegabytes).join(', '),
    };
  });
}
