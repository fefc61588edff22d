import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import {
  DescribeImportCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ImportTableCommand,
  type ImportTableInput,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import { createS3Store } from '../../../lambda/storage/s3-store.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { listAllKeys, backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import {
  readTableContent,
  createTable,
  deleteItem,
  keyOf,
  normal,
  nthKey,
  putItem,
  type SdkItem,
  type Shape,
} from '../../support/tables.ts';
import {
  startImportHarness,
  intercept,
  newTargetName,
  restoreAndWait,
} from '../../support/restore/imports.ts';
import { testLimits } from '../../support/harness.ts';

const database = useDatabase();

/** Has every type, but nothing that the parser of moto 5.2.5 cannot read: JSON's escapes, apostrophes and empty maps. */
const createItem = (of: string): SdkItem => ({
  S: { S: `${of} ä 🌊 {[,:]}` },
  empty: { S: '' },
  N: { N: '-12345678901234567890.123456789' },
  B: { B: Buffer.from(of) },
  BOOL: { BOOL: false },
  NULL: { NULL: true },
  SS: { SS: ['b', 'a'] },
  NS: { NS: ['2', '-1.5'] },
  BS: { BS: [Buffer.from([255]), Buffer.from([0, 1])] },
  L: { L: [{ S: 'a' }, { L: [{ N: '1' }, { BOOL: true }] }, { M: { in: { NULL: true } } }] },
  M: { M: { list: { L: [] }, map: { M: { a: { S: 'b' } } }, set: { SS: ['x', 'y'] } } },
});

const escaped: SdkItem = { escaped: { S: 'it\'s "\\" \n \u0001 \u2028' }, map: { M: {} } };

/**
 * The objects that were materialized from a snapshot of several runs and tombstones, and the request to import them.
 */
interface Materialized {
  readonly content: Map<string, string>;
  readonly store: ObjectStore;
  readonly request: ImportTableInput;
  /** The keys of the objects that the request names. */
  readonly keys: readonly string[];
}

async function restoreAndListObjects(shape: Shape, more: SdkItem): Promise<Materialized> {
  // Parts have few items, but no range is empty: moto counts an object without lines as an error.
  const limits = {
    ...testLimits,
    frameBytes: 1000,
    partitionBytes: 64_000,
    partBytes: 2000,
    foldShare: 100,
  };
  const harness = await startImportHarness(database, { config: { limits } });
  const table = `table-${randomIds.hex(12)}`;
  await createTable(database.dynamodb, table, shape);
  const put = (n: number, of: string) =>
    putItem(database.dynamodb, table, { ...nthKey(shape, n), ...createItem(`${of} ${n}`), ...more });
  for (let n = 0; n < 40; n++) await put(n, 'first');
  let made = await backUp(database, harness, table);
  for (const [turn, of] of ['second', 'third'].entries()) {
    for (let n = 10; n < 50; n += 3) await put(n, of);
    for (let n = turn; n < 40; n += 7) await deleteItem(database.dynamodb, table, nthKey(shape, n));
    made = await backUp(database, harness, table);
  }
  const { manifest } = await readManifest(harness.store, made.backup.table.tableId, made.backup.id);
  expect(manifest.runs.filter(({ kind }) => kind === 'delta').length).toBeGreaterThan(1);
  expect(manifest.runs.filter(({ tombstones }) => tombstones > 0).length).toBeGreaterThan(1);

  const sent: ImportTableInput[] = [];
  intercept(database, 'ImportTableCommand', (send, input) => {
    sent.push(input as ImportTableInput);
    return send();
  });
  const record = await restoreAndWait(harness, made.backup, newTargetName());
  expect([record.status, record.reason, record.targetFate]).toEqual([
    'RESTORED',
    undefined,
    { kind: 'complete' },
  ]);
  const [request] = sent;
  if (request === undefined) throw new Error('no import was requested');
  const prefix = String(request.S3BucketSource?.S3KeyPrefix);
  const keys = (await listAllKeys(harness.store)).filter((key) => key.startsWith(prefix));
  expect(keys.filter((key) => key.endsWith('-1.json.gz')).length).toBeGreaterThan(1);
  return { content: made.content, store: harness.store, request, keys };
}

describe('a snapshot that was materialized for an import', () => {
  it('can be read as gzip with one JSON document a line', async () => {
    const { content, store, keys } = await restoreAndListObjects({ hash: 'S', range: 'N' }, escaped);
    const objects = await Promise.all(keys.map(async (key) => gunzipSync(await store.get(key)).toString()));
    const lines = objects.flatMap((object) => object.split('\n')).filter((line) => line !== '');
    const items = lines.map((line) => (JSON.parse(line, asBytes) as { Item: SdkItem }).Item);
    expect(items).toHaveLength(content.size);
    expect(new Map(items.map((item) => [keyOf(item), normal(item)]))).toEqual(content);
  });

  it.each(findPythonWithMoto())('can be imported by moto, run with %s', async (python) => {
    const { content, store, request } = await restoreAndListObjects({ hash: 'N', range: 'B' }, {});
    const { dynamodb, s3 } = await startMoto(python);
    const bucket = String(request.S3BucketSource?.S3Bucket);
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const there = createS3Store({ client: s3, bucket, prefix: '' });
    // All objects are copied, because the request must name those to import.
    for (const key of await listAllKeys(store)) await there.put(key, await store.get(key));

    const { ImportTableDescription: begun } = await dynamodb.send(new ImportTableCommand(request));
    const ended = await vi.waitUntil(
      async () => {
        const describe = new DescribeImportCommand({ ImportArn: begun?.ImportArn });
        const { ImportTableDescription: is } = await dynamodb.send(describe);
        return is?.ImportStatus !== 'IN_PROGRESS' && is;
      },
      { timeout: 60_000, interval: 50 },
    );
    expect(ended).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportedItemCount: content.size,
      ErrorCount: 0,
    });
    const { TableName = '', BillingMode, ...keys } = request.TableCreationParameters ?? {};
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ ...keys, BillingModeSummary: { BillingMode } });
    expect(await readTableContent(dynamodb, TableName)).toEqual(content);
  });
});

/** A reviver for JSON.parse that turns base64 attribute values into bytes. */
function asBytes(name: string, value: unknown): unknown {
  if (name === 'B' && typeof value === 'string') return Buffer.from(value, 'base64');
  if (name === 'BS' && Array.isArray(value)) return value.map((each) => Buffer.from(String(each), 'base64'));
  return value;
}

/**
 * Finds the Python that runs moto's server: that which TIDEMARK_TEST_PYTHON names, with which the test fails if
 * moto is missing, or `python3` if it has moto. Otherwise prints a line, because nothing else shows that the test
 * does not run.
 */
function findPythonWithMoto(): string[] {
  const named = process.env['TIDEMARK_TEST_PYTHON'];
  if (named) return [named];
  const python = 'python3';
  const needed = 'import moto.server, moto.dynamodb.models, moto.s3.models';
  if (spawnSync(python, ['-c', needed], { stdio: 'ignore' }).status === 0) return [python];
  console.log(`skipped the test with moto: ${python} cannot run moto`);
  return [];
}

/** Starts a moto server that ends with the test. Returns clients of it. */
async function startMoto(python: string): Promise<{ dynamodb: DynamoDBClient; s3: S3Client }> {
  const child = spawn(python, [join(import.meta.dirname, '../../support/restore/moto_server.py')]);
  const complaint = text(child.stderr);
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.stdin.end();
    await exit;
  });
  const { done, value: port } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  if (done) throw new Error(`moto ended: ${await complaint}`);
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return { dynamodb: new DynamoDBClient(settings), s3: new S3Client({ ...settings, forcePathStyle: true }) };
}
