import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { decompress } from 'fzstd';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import type { Manifest } from '../../../lambda/snapshot/format/manifest.ts';
import { readSnapshot } from '../../../lambda/snapshot/read/read-snapshot.ts';
import { startDatabase } from '../../../local/dynamodb/embedded-database.ts';
import { readTableContent, keyOf, normal, type SdkItem } from '../../support/tables.ts';
import { createChain, smallLimits, type Texts } from '../../support/snapshot/chain.ts';
import { gather, type MemoryStore, createMemoryStore } from '../../support/snapshot/support.ts';

const run = promisify(execFile);

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-readers-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Returns the text of a zstd file as a decoder prints it. */
type Decoder = (bytes: Uint8Array) => Promise<string>;

const fzstd: Decoder = async (bytes) => Buffer.from(decompress(bytes)).toString();

const zstd: Decoder = async (bytes) => {
  const file = join(await temporaryFolder(), 'run.zst');
  await writeFile(file, bytes);
  return (await run('zstd', ['-dc', file], { maxBuffer: 1e9 })).stdout;
};

const hasZstd = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'zstd')));

/** Makes snapshots with many frames, partitions, delta runs and frames copied by folds; the last one is full. */
async function makeSnapshots(): Promise<{
  store: MemoryStore;
  all: Manifest[];
  full: Manifest;
  content: ReadonlyMap<number, string>;
}> {
  const store = createMemoryStore();
  const table = createChain(store, { ...smallLimits, maxRuns: 3 });
  const texts = (from: number, to: number, text: string): Texts =>
    new Map(Array.from({ length: to - from }, (_, n) => [from + n, `${text} é"\\\n ${from + n}`]));
  const all = [await table.backup(texts(0, 150, 'first'))];
  all.push(await table.backup(texts(20, 25, 'second')));
  all.push(await table.backup(new Map([[3, undefined]])));
  all.push(await table.backup(texts(100, 160, 'third')));
  const full = await table.backup(texts(0, 2, 'last'), 'full');
  return { store, all: [...all, full], full, content: table.content };
}

const { store, all, full, content } = await makeSnapshots();

const decoders: [string, Decoder][] = [
  ['fzstd', fzstd],
  ...(hasZstd ? [['zstd -dc', zstd] as [string, Decoder]] : []),
];

describe.each(decoders)('the zstd decoder %s', (_name, decode) => {
  it('prints the lines of every run, and nothing else', async () => {
    for (const { key, rawBytes, records, kind, tombstones } of all.flatMap(({ runs }) => runs)) {
      const text = await decode(await store.get(key));
      const lines = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as object);
      expect([Buffer.byteLength(text), lines.length]).toEqual([rawBytes, records]);
      const shapes = lines.map((line) => Object.keys(line).join());
      expect(shapes.filter((shape) => shape === (kind === 'base' ? 'Item' : 'Keys,NewImage'))).toHaveLength(
        records - tombstones,
      );
      expect(shapes.filter((shape) => shape === 'Keys')).toHaveLength(tombstones);
    }
  });

  it('prints all items of a full snapshot, and nothing else', async () => {
    const texts = await Promise.all(full.runs.map(async ({ key }) => decode(await store.get(key))));
    const items = await gather(readSnapshot(store, full, wholeRange));
    const lines = items.map(({ image }) => `{"Item":${String(image)}}\n`);
    expect(
      texts
        .join('')
        .split(/(?<=\n)/)
        .toSorted(),
    ).toEqual(lines.toSorted());
  });
});

describe('an importer of DynamoDB’s exports', () => {
  it('restores the table from the gzipped lines of a full snapshot', async () => {
    expect(full.partitions.length).toBeGreaterThan(4);
    const folder = await temporaryFolder();
    const data = join(folder, 'export', 'Music', 'data');
    await mkdir(data, { recursive: true });
    for (const [i, { key }] of full.runs.entries()) {
      await writeFile(join(data, `${i}.json.gz`), await promisify(gzip)(await fzstd(await store.get(key))));
    }
    const { keySchema, attributeDefinitions } = full.description;
    const schema = {
      Table: { TableName: 'Music', KeySchema: keySchema, AttributeDefinitions: attributeDefinitions },
    };
    await writeFile(join(folder, 'schema.json'), JSON.stringify(schema));
    const home = join(folder, 'home');
    await mkdir(home);
    const binary = join(
      dirname(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json')),
      'dynoxide',
    );
    const to = ['--schema', join(folder, 'schema.json'), '--output', join(home, 'dynamodb.db')];
    await run(binary, ['import', '--source', join(folder, 'export'), ...to]);

    const database = await startDatabase(home, silentLog);
    onTestFinished(() => database.close());
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const dynamodb = new DynamoDBClient({ endpoint: database.endpoint, region: 'us-east-1', credentials });
    const model = [...content].map(([n, v]): SdkItem => ({ pk: { N: String(n) }, v: { S: v } }));
    expect(await readTableContent(dynamodb, 'Music')).toEqual(
      new Map(model.map((item) => [keyOf(item), normal(item)] as const)),
    );
  });
});
