import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { dataFolder, stagedSet } from '../data.ts';
import { type Cost, costOf, medianCost, repeated, type Repetitions } from '../measure.ts';
import type { World } from '../world.ts';

export interface PeerResult {
  readonly total: Cost;
  readonly gunzip: Cost;
  readonly parse: Cost;
  readonly compress: Cost;
}

/** Each in its cheapest form: whole files at once, in large chunks (zlib's own 16 KiB take twice the time). */
const chunkSize = 1024 * 1024;

/** What an ingest cannot do without: gunzip, JSON.parse and zstd -3 (zlib's default) of the same bytes, in turn. */
export async function peer({ data }: World, repetitions: Repetitions): Promise<PeerResult> {
  const files = await stagedSet(data, 'full');
  const rounds = await repeated(repetitions, async () => {
    const round = { gunzip: none, parse: none, compress: none };
    for (const file of files) {
      const bytes = await readFile(join(dataFolder(data), file.key));
      let raw: Buffer = bytes;
      const gunzip = await costOf(async () => {
        raw = gunzipSync(bytes, { chunkSize });
      });
      const parse = await costOf(async () => {
        for (const line of raw.toString().split('\n')) if (line !== '') JSON.parse(line);
      });
      const compress = await costOf(async () => zstdCompressSync(raw, { chunkSize }));
      round.gunzip = added(round.gunzip, gunzip);
      round.parse = added(round.parse, parse);
      round.compress = added(round.compress, compress);
    }
    return { ...round, total: added(added(round.gunzip, round.parse), round.compress) };
  });
  return {
    total: medianCost(rounds.map(({ total }) => total)),
    gunzip: medianCost(rounds.map(({ gunzip }) => gunzip)),
    parse: medianCost(rounds.map(({ parse }) => parse)),
    compress: medianCost(rounds.map(({ compress }) => compress)),
  };
}

const none: Cost = { cpu: 0, wall: 0 };

function added(a: Cost, b: Cost): Cost {
  return { cpu: a.cpu + b.cpu, wall: a.wall + b.wall };
}
