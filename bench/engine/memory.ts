import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Screen } from '../../cli/demo/screen.ts';
import { renderMegabytes } from '../../cli/demo/text.ts';
import { stageData } from './data.ts';
import { measureInChild, type Place } from './in-child.ts';
import type { Row } from './report.ts';

const growth = [1, 4, 16];

/** The cases that work on the ingested base. */
const casesOnBase = ['fold-uniform', 'apply'] as const;

const repetitions = { warm: 0, times: 1 };

/** How much peak memory may grow while the data grows 16 times. The size of a heap varies this much anyway. */
const maxGrowth = 1.25;

/** Measures the peak memory of the processes that ingest, fold and apply, as the data grows. Throws `BenchError`. */
export async function measureMemory({ data, folder }: Place, screen: Screen): Promise<Row[]> {
  const peaks = new Map<string, number[]>(['ingest', ...casesOnBase].map((name) => [name, []]));
  for (const times of growth) {
    await screen.step(`Peak memory with ${times} times the data`, async (show) => {
      const place = { data: { ...data, items: data.items * times }, folder: join(folder, `memory-${times}`) };
      show('making the data, or finding it');
      await stageData(place.data, 'full');
      await stageData(place.data, 'day-1');
      show('ingest');
      const { result, peakBytes } = await measureInChild('ingest', place, { repetitions });
      peaks.get('ingest')?.push(peakBytes);
      for (const name of casesOnBase) {
        show(name);
        const { peakBytes } = await measureInChild(name, place, { repetitions, snapshot: result.base });
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
      limit: maxGrowth,
      note: bytes.map(renderMegabytes).join(', '),
    };
  });
}
