import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { combineChanges, type NetChange } from '../../../lambda/snapshot/compact/net-change.ts';
import {
  type Edits,
  goldenChange,
  type GoldenExport,
  goldenItem,
  gzipped,
  type Json,
  written,
  type WrittenExport,
} from '../../sources/export/golden.ts';
import { ingest, sink } from '../../sources/export/ingest.ts';

const full: GoldenExport = {
  id: '01700000000000-a1b2c3d4',
  prefix: `${sink}/staging/backup`,
  what: { time: 1_700_000_000_000 },
  files: [[1, 2].map((pk) => ({ Item: goldenItem(pk, 1) })), [{ Item: goldenItem(3, 1) }]],
  checksum: '.checksum',
};
const incremental: GoldenExport = {
  ...full,
  what: { from: 1_700_000_000_000, to: 1_700_003_600_000 },
  files: [[goldenChange(1, 0, 1)], [goldenChange(2, 0, 1)]],
};

type Damage = (written: WrittenExport) => void;

/** The error of reading the export, where `damage` changes what was written. */
async function refusal(golden: GoldenExport, edits: Edits, damage: Damage): Promise<TidemarkError> {
  const arrived = { golden, export: written(golden, edits) };
  damage(arrived.export);
  try {
    await ingest([arrived]);
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const nothing: Damage = () => {};
const lineOf = (member: Json): readonly Json[][] => [[{ ...member }]];
/** Sets members of the summary. */
const summary = (members: Json): Edits => ({ summary: (whole) => ({ ...whole, ...members }) });
/** Sets members of the first data file's entry. */
const entry = (members: Json): Edits => ({
  entry: (whole, n) => (n === 0 ? { ...whole, ...members } : whole),
});
const without =
  (name: string): ((members: Json) => Json) =>
  (members) =>
    Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
const replace =
  (
    key: (written: WrittenExport) => string | undefined,
    edit: (bytes: Buffer) => Buffer | undefined,
  ): Damage =>
  (written) => {
    const name = String(key(written));
    const edited = edit(written.objects.get(name) ?? Buffer.alloc(0));
    if (edited === undefined) written.objects.delete(name);
    else written.objects.set(name, edited);
  };
const firstFile = (written: WrittenExport): string | undefined => written.dataKeys[0];
const stem = (key: string): string => key.replace('.json', '.checksum');
const gone = (): undefined => undefined;

const data = '/data/[0-9a-f]{32}\\.json\\.gz';
const files = 'manifest-files\\.json';
const whole = 'manifest-summary\\.json';

describe('a data file is refused by name', () => {
  it.each<[string, GoldenExport, Edits, Damage, string]>([
    ['is missing', full, {}, replace(firstFile, gone), 'is missing'],
    ['has another MD5', full, entry({ md5Checksum: 'AAAAAAAAAAAAAAAAAAAAAA==' }), nothing, 'another MD5'],
    [
      'is another one',
      full,
      {},
      replace(firstFile, () => gzipped(lineOf({ Item: goldenItem(9, 1) }).flat())),
      'MD5',
    ],
    ['is cut off', full, {}, replace(firstFile, (bytes) => bytes.subarray(0, -9)), 'decompressed'],
    [
      'has no bytes',
      full,
      entry({ md5Checksum: '1B2M2Y8AsgTpgAmY7PhCfg==' }),
      replace(firstFile, () => Buffer.alloc(0)),
      'holds 0 records, not 2',
    ],
    [
      'holds more than counted',
      full,
      { ...entry({ itemCount: 1 }), ...summary({ itemCount: 2 }) },
      nothing,
      'holds 2 records, not 1',
    ],
    [
      'holds less than counted',
      full,
      { ...entry({ itemCount: 3 }), ...summary({ itemCount: 4 }) },
      nothing,
      'holds 2 records, not 3',
    ],
  ])('that %s', async (_name, golden, edits, damage, text) => {
    const { code, message } = await refusal(golden, edits, damage);
    expect(code).toBe('StagedDataCorrupt');
    expect(message).toMatch(new RegExp(`${data} .*${text}`));
  });

  it.each<[string, Json]>([
    ['an unknown member', { Item: goldenItem(1, 1), Extra: { S: 'secret' } }],
    ['an unknown member beside its keys', { ...goldenChange(1, 0, 1), Extra: { S: 'secret' } }],
    ['neither an item nor keys', { Metadata: {} }],
    ['an item without its key', { Item: { text: { S: 'secret' } } }],
    ['a value of an unknown type', { Item: { ...goldenItem(1, 1), text: { X: 'secret' } } }],
  ])('with a record of %s, and nothing of its content is told', async (_name, record) => {
    const { code, message } = await refusal({ ...full, files: [[record]] }, {}, nothing);
    expect(code).toBe('RecordNotUnderstood');
    expect(message).toMatch(new RegExp(`${data}: `));
    expect(message).not.toContain('secret');
  });

  it('with a line that is cut', async () => {
    const bytes = gzipSync('{"Item":{"pk":{"N":"1"');
    const edits = { ...entry({ itemCount: 1 }), ...summary({ itemCount: 1 }) };
    const { code, message } = await refusal({ ...full, files: [{ bytes }] }, edits, nothing);
    expect([code, message]).toEqual(['StagedDataCorrupt', expect.stringMatching(`${data}: `)]);
  });
});

describe('a key that stands twice in one export is refused', () => {
  const item = { Item: goldenItem(1, 1) };
  const others = Array.from({ length: 20 }, (_, n) => ({ Item: goldenItem(n + 2, 1) }));
  it.each<[string, GoldenExport]>([
    ['in one file', { ...full, files: [[item, { Item: goldenItem(1, 2) }]] }],
    ['in two files', { ...full, files: [[item], [{ Item: goldenItem(1, 2) }]] }],
    [
      'in files that are far apart',
      { ...full, files: [[item, ...others], [], [{ Item: goldenItem(1, 2) }]] },
    ],
    ['with the same item', { ...full, files: [[item], [item]] }],
    ['of changes', { ...incremental, files: [[goldenChange(1, 0, 1)], [goldenChange(1, 1, 2)]] }],
  ])('%s', async (_name, golden) => {
    const { code, message } = await refusal(golden, {}, nothing);
    expect([code, message]).toEqual(['StagedDataCorrupt', 'an export holds a key twice']);
  });
});

describe('of changes that are netted over several exports', () => {
  const over = (first: string, last: string): NetChange => {
    const key = Buffer.from('"pk":{"N":"1"}');
    return { hash: 0n, key, first, last, old: undefined, image: undefined, imageBytes: 0, once: true };
  };

  it.each([
    ['first', over('0', '1'), over('0', '0')],
    ['last', over('0', '1'), over('1', '1')],
  ])('the %s must not be told twice', (_name, a, b) => {
    const refused = expect.objectContaining({ code: 'StagedDataCorrupt' });
    expect(() => combineChanges(a, b)).toThrow(refused);
    expect(() => combineChanges(b, a)).toThrow(refused);
  });
});

describe('a manifest is refused by name', () => {
  const manifest = ({ manifestKey }: WrittenExport): string => manifestKey;
  const filesManifest = ({ filesKey }: WrittenExport): string => filesKey;

  it.each<[string, GoldenExport, Edits, Damage, string]>([
    ['missing', full, {}, replace(manifest, gone), `${whole} is missing`],
    ['missing files', full, {}, replace(filesManifest, gone), `${files} is missing`],
    [
      'without a checksum',
      full,
      {},
      replace((one) => stem(one.manifestKey), gone),
      `checksum file of .*${whole}`,
    ],
    [
      'of files without a checksum',
      full,
      {},
      replace((one) => stem(one.filesKey), gone),
      `checksum file of .*${files}`,
    ],
    [
      'changed',
      full,
      {},
      replace(manifest, (bytes) => Buffer.concat([bytes, Buffer.from(' ')])),
      `${whole} is not what`,
    ],
    [
      'of files changed',
      full,
      {},
      replace(filesManifest, (bytes) => bytes.subarray(1)),
      `${files} is not what`,
    ],
    [
      'of another table',
      full,
      summary({ tableId: 'another' }),
      nothing,
      `${whole} is of another table: tableId`,
    ],
    [
      'of another ARN',
      full,
      summary({ tableArn: 'another' }),
      nothing,
      `${whole} is of another table: tableArn`,
    ],
    [
      'of another time',
      full,
      summary({ exportTime: '2020-11-04T07:28:34.028Z' }),
      nothing,
      `${whole} is of another time`,
    ],
    [
      'of another begin',
      incremental,
      summary({ exportFromTime: '2020-11-04T07:28:34Z' }),
      nothing,
      'exportFromTime',
    ],
    [
      'of another end',
      incremental,
      summary({ exportToTime: '2020-11-04T07:28:34Z' }),
      nothing,
      'exportToTime',
    ],
    ['of another count', full, summary({ itemCount: 4 }), nothing, `${files} hold 3 records, not 4`],
    [
      'that names a file twice',
      full,
      { entry: (one) => ({ ...one, dataFileS3Key: `${full.prefix}/AWSDynamoDB/x/data/same.json.gz` }) },
      nothing,
      `${files} names .*/same.json.gz twice`,
    ],
    [
      'that names a file elsewhere',
      full,
      entry({ dataFileS3Key: `${sink}/tables/secret.json.gz` }),
      nothing,
      'secret.json.gz is not in the folder',
    ],
  ])('%s', async (_name, golden, edits, damage, text) => {
    const { code, message } = await refusal(golden, edits, damage);
    expect(code).toBe('StagedDataCorrupt');
    expect(message).toMatch(new RegExp(text));
  });

  it.each<[string, GoldenExport, Edits, string]>([
    ['version', full, summary({ version: '2030-01-01' }), whole],
    ['version of the other kind', incremental, summary({ version: '2020-06-30' }), whole],
    ['output format', full, summary({ outputFormat: 'ION' }), whole],
    ['view', incremental, summary({ outputView: 'NEW_IMAGE' }), whole],
    ['kind', incremental, summary({ exportType: 'FULL_EXPORT' }), whole],
    ['view that is absent', incremental, { summary: without('outputView') }, whole],
    ['time', full, summary({ exportTime: 'yesterday' }), whole],
    ['count', full, summary({ itemCount: '3' }), whole],
    ['negative count', full, entry({ itemCount: -1 }), files],
    ['count that is absent', full, { entry: without('itemCount') }, files],
    ['MD5 that is absent', full, { entry: without('md5Checksum') }, files],
    ['key that is absent', full, { entry: without('dataFileS3Key') }, files],
    ['shape', full, { summary: () => JSON.parse('null') as Json }, whole],
  ])('for a %s that is not understood', async (_name, golden, edits, file) => {
    const { code, message } = await refusal(golden, edits, nothing);
    expect(code).toBe('RecordNotUnderstood');
    expect(message).toMatch(new RegExp(file));
  });
});
