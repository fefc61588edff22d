import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { nameDataFolder, stageData } from '../data.ts';
import { type Cost, measureCost, medianCost, repeat, type Repetitions } from '../measure.ts';
import type { World } from '../world.ts';

export interface PeerResult {
  readonly total: Cost;
  readonly gunzip: Cost;
  readonly parse: Cost;
  readonly compress: Cost;
}

/** The chunks of zlib, for whole files at once. Its default of 16 KiB takes twice the time. */
const chunkSize = 1024 * 1024;

/**
 * Measures the minimum work of any ingest: gunzip, JSON.parse and zstd -3 (zlib's default) of the same bytes, in turn.
 */
export async function measurePeer({ data }: World, repetitions: Repetitions): Promise<PeerResult> {
  const files = await stageData(data, 'full');
  const rounds = await repeat(repetitions, async () => {
    const round = { gunzip: none, parse: none, compress: none };
    for (const file of files) {
      const bytes = await readFile(join(nameDataFolder(data), file.key));
      let raw: Buffer = bytes;
      const gunzip = await measureCost(async () => {
        raw = gunzipSync(bytes, { chunkSize });
      });
      const parse = await measureCost(async () => {
        for (const line of raw.toString().split('\n')) if (line !== '') JSON.parse(line);
      });
      const compress = await measureCost(async () => zstdCompressSync(raw, { chunkSize }));
      round.gunzip = addCosts(round.gunzip, gunzip);
      round.parse = addCosts(round.parse, parse);
      round.compress = addCosts(round.compress, compress);
    }
    return { ...round, total: addCosts(addCosts(round.gunzip, round.parse), round.compress) };
  });
  return {
    total: medianCost(rounds.map(({ total }) => total)),
    gunzip: medianCost(rounds.map(({ gunzip }) => gunzip)),
    parse: medianCost(rounds.map(({ parse }) => parse)),
    compress: medianCost(rounds.map(({ compress }) => compress)),
  };
}

const none: Cost = { cpu: 0, wall: 0 };

function addCosts(a: Cost, b: Cost): Cost {
  return { cpu: a.cpu + b.cpu, wall: a.wall + b.wall };
}
