import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { combineChanges, type NetChange } from '../../../lambda/snapshot/compact/net-change.ts';
import {
  type Edits,
  goldenChange,
  type GoldenExport,
  goldenItem,
  gzipLines,
  type Json,
  writeExport,
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

/** Reads the export after `damage` changed its files, and returns the error. */
async function readDamaged(golden: GoldenExport, edits: Edits, damage: Damage): Promise<TidemarkError> {
  const arrived = { golden, export: writeExport(golden, edits) };
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
const noObject = (): undefined => undefined;

const data = '/data/[0-9a-f]{32}\\.json\\.gz';
const files = 'manifest-files\\.json';
const whole = 'manifest-summary\\.json';

describe('a data file of an export', () => {
  it.each<[string, GoldenExport, Edits, Damage, string]>([
    ['is missing', full, {}, replace(firstFile, noObject), 'is missing'],
    ['has another MD5', full, entry({ md5Checksum: 'AAAAAAAAAAAAAAAAAAAAAA==' }), nothing, 'another MD5'],
    [
      'has other content',
      full,
      {},
      replace(firstFile, () => gzipLines(lineOf({ Item: goldenItem(9, 1) }).flat())),
      'MD5',
    ],
    ['is cut off', full, {}, replace(firstFile, (bytes) => bytes.subarray(0, -9)), 'MD5'],
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
      'holds more records than the 1 that its writer counted',
    ],
    [
      'holds less than counted',
      full,
      { ...entry({ itemCount: 3 }), ...summary({ itemCount: 4 }) },
      nothing,
      'holds 2 records, not 3',
    ],
  ])(
    'is rejected with StagedDataCorrupt and its key if it %s',
    async (_name, golden, edits, damage, text) => {
      const { code, message } = await readDamaged(golden, edits, damage);
      expect(code).toBe('StagedDataCorrupt');
      expect(message).toMatch(new RegExp(`${data} .*${text}`));
    },
  );

  it.each<[string, Json]>([
    ['an unknown member', { Item: goldenItem(1, 1), Extra: { S: 'secret' } }],
    ['an unknown member in addition to its keys', { ...goldenChange(1, 0, 1), Extra: { S: 'secret' } }],
    ['neither an item nor keys', { Metadata: {} }],
    ['an item without its key', { Item: { text: { S: 'secret' } } }],
    ['a value of an unknown type', { Item: { ...goldenItem(1, 1), text: { X: 'secret' } } }],
  ])(
    'is rejected for a record of %s, with a message that does not contain the record',
    async (_name, record) => {
      const { code, message } = await readDamaged({ ...full, files: [[record]] }, {}, nothing);
      expect(code).toBe('RecordNotUnderstood');
      expect(message).toMatch(new RegExp(`${data}: `));
      expect(message).not.toContain('secret');
    },
  );

  it('is refused for a line that is cut off', async () => {
    const bytes = gzipSync('{"Item":{"pk":{"N":"1"');
    const edits = { ...entry({ itemCount: 1 }), ...summary({ itemCount: 1 }) };
    const { code, message } = await readDamaged({ ...full, files: [{ bytes }] }, edits, nothing);
    expect([code, message]).toEqual(['StagedDataCorrupt', expect.stringMatching(`${data}: `)]);
  });
});

describe('a key that occurs twice in one export is refused', () => {
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
    const { code, message } = await readDamaged(golden, {}, nothing);
    expect([code, message]).toEqual(['StagedDataCorrupt', 'an export holds a key twice']);
  });
});

describe('combineChanges for changes of several exports', () => {
  const over = (first: string, last: string): NetChange => {
    const key = Buffer.from('"pk":{"N":"1"}');
    return { hash: 0n, key, first, last, old: undefined, image: undefined, imageBytes: 0, once: true };
  };

  it.each([
    ['first', over('0', '1'), over('0', '0')],
    ['last', over('0', '1'), over('1', '1')],
  ])('refuses a key that the %s export has twice', (_name, a, b) => {
    const refused = expect.objectContaining({ code: 'StagedDataCorrupt' });
    expect(() => combineChanges(a, b)).toThrow(refused);
    expect(() => combineChanges(b, a)).toThrow(refused);
  });
});

describe('the error for an invalid manifest of an export', () => {
  const manifest = ({ manifestKey }: WrittenExport): string => manifestKey;
  const filesManifest = ({ filesKey }: WrittenExport): string => filesKey;

  it.each<[string, GoldenExport, Edits, Damage, string]>([
    ['if it is missing', full, {}, replace(manifest, noObject), `${whole} is missing`],
    ['if the one of the files is missing', full, {}, replace(filesManifest, noObject), `${files} is missing`],
    [
      'if it has no checksum',
      full,
      {},
      replace((one) => stem(one.manifestKey), noObject),
      `checksum file of .*${whole}`,
    ],
    [
      'if the one of the files has no checksum',
      full,
      {},
      replace((one) => stem(one.filesKey), noObject),
      `checksum file of .*${files}`,
    ],
    [
      'if it was changed',
      full,
      {},
      replace(manifest, (bytes) => Buffer.concat([bytes, Buffer.from(' ')])),
      `${whole} does not match`,
    ],
    [
      'if the one of the files was changed',
      full,
      {},
      replace(filesManifest, (bytes) => bytes.subarray(1)),
      `${files} does not match`,
    ],
    [
      'if it is of another table',
      full,
      summary({ tableId: 'another' }),
      nothing,
      `${whole} is of another table: tableId`,
    ],
    [
      'if it is of another ARN',
      full,
      summary({ tableArn: 'another' }),
      nothing,
      `${whole} is of another table: tableArn`,
    ],
    [
      'if it is of another time',
      full,
      summary({ exportTime: '2020-11-04T07:28:34.028Z' }),
      nothing,
      `${whole} is of another time`,
    ],
    [
      'if it begins at another time',
      incremental,
      summary({ exportFromTime: '2020-11-04T07:28:34Z' }),
      nothing,
      'exportFromTime',
    ],
    [
      'if it ends at another time',
      incremental,
      summary({ exportToTime: '2020-11-04T07:28:34Z' }),
      nothing,
      'exportToTime',
    ],
    ['if it counts more items', full, summary({ itemCount: 4 }), nothing, `${files} hold 3 records, not 4`],
    ['if it counts fewer items', full, summary({ itemCount: 2 }), nothing, `${files} hold 3 records, not 2`],
    [
      'if it names a file twice',
      full,
      { entry: (one) => ({ ...one, dataFileS3Key: `${full.prefix}/AWSDynamoDB/x/data/same.json.gz` }) },
      nothing,
      `${files} names .*/same.json.gz twice`,
    ],
    [
      'if it names a file elsewhere',
      full,
      entry({ dataFileS3Key: `${sink}/tables/secret.json.gz` }),
      nothing,
      'secret.json.gz is not in the folder',
    ],
  ])('%s', async (_name, golden, edits, damage, text) => {
    const { code, message } = await readDamaged(golden, edits, damage);
    expect(code).toBe('StagedDataCorrupt');
    expect(message).toMatch(new RegExp(text));
  });

  it.each<[string, GoldenExport, Edits, string]>([
    ['version', full, summary({ version: '2030-01-01' }), whole],
    ['version of the other kind', incremental, summary({ version: '2020-06-30' }), whole],
    ['output format', full, summary({ outputFormat: 'ION' }), whole],
    ['view', incremental, summary({ outputView: 'NEW_IMAGE' }), whole],
    ['kind', incremental, summary({ exportType: 'FULL_EXPORT' }), whole],
    ['view (absent)', incremental, { summary: without('outputView') }, whole],
    ['time', full, summary({ exportTime: 'yesterday' }), whole],
    ['count', full, summary({ itemCount: '3' }), whole],
    ['negative count', full, entry({ itemCount: -1 }), files],
    ['count (absent)', full, { entry: without('itemCount') }, files],
    ['MD5 (absent)', full, { entry: without('md5Checksum') }, files],
    ['key (absent)', full, { entry: without('dataFileS3Key') }, files],
    ['shape', full, { summary: () => JSON.parse('null') as Json }, whole],
  ])('is RecordNotUnderstood for an unknown %s', async (_name, golden, edits, file) => {
    const { code, message } = await readDamaged(golden, edits, nothing);
    expect(code).toBe('RecordNotUnderstood');
    expect(message).toMatch(new RegExp(file));
  });
});
