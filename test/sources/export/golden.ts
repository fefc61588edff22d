import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

// Exports as DynamoDB's documentation ("DynamoDB table export output format") describes them. This code uses none of the
// product's, so that the tests compare the product with an independent reading of the format.

/** An attribute's value or an item, as DynamoDB JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** One object for each line of a data file; or a data file's bytes as they are. */
export type DataFile = readonly Json[] | { readonly bytes: Buffer };

export type Range = { readonly time: number } | { readonly from: number; readonly to: number };

export interface GoldenExport {
  readonly id: string;
  /** The prefix of all keys; '' for no prefix. */
  readonly prefix: string;
  readonly what: Range;
  readonly files: readonly DataFile[];
  readonly checksum: '.checksum' | '.md5';
}

/** Changes that are made before the checksums are computed, so that nothing else is wrong. */
export interface Edits {
  readonly summary?: (summary: Json) => Json;
  readonly entry?: (entry: Json, n: number) => Json;
}

export interface WrittenExport {
  /** The files by key, from the bucket's root. */
  readonly objects: Map<string, Buffer>;
  readonly manifestKey: string;
  readonly filesKey: string;
  readonly dataKeys: readonly string[];
  readonly items: number;
  readonly billedBytes: number;
}

export const tableArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/Music';
export const tableId = '12345a12-abcd-123a-ab12-1234abc12345';

const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest();
const at = (ms: number): string => new Date(ms).toISOString();

export function writeExport(
  golden: GoldenExport,
  { summary = same, entry = same }: Edits = {},
): WrittenExport {
  const { id, prefix, what, files, checksum } = golden;
  const objects = new Map<string, Buffer>();
  const root = prefix === '' ? 'AWSDynamoDB' : `${prefix}/AWSDynamoDB`;
  const folder = `${root}/${id}`;
  const dataFolder = 'time' in what ? `${folder}/data` : `${root}/data`;
  objects.set(`${folder}/_started`, Buffer.alloc(0));
  const entries = files.map((file, n) => {
    const bytes = 'bytes' in file ? file.bytes : gzipLines(file);
    const key = `${dataFolder}/${md5(Buffer.from(`${id} ${n}`)).toString('hex')}.json.gz`;
    objects.set(key, bytes);
    const parts = 1 + (n % 2);
    return {
      itemCount: 'bytes' in file ? 0 : file.length,
      md5Checksum: md5(bytes).toString('base64'),
      // Returns the ETag of a multipart upload: the MD5 of the parts' MD5s, and the number of parts.
      etag: `${md5(md5(bytes)).toString('hex')}-${parts}`,
      dataFileS3Key: key,
    };
  });
  const items = entries.reduce((sum, { itemCount }) => sum + itemCount, 0);
  const billedBytes = 100 * items;
  const put = (name: string, text: string, end: string): string => {
    objects.set(`${folder}/${name}.json`, Buffer.from(text));
    objects.set(`${folder}/${name}${checksum}`, Buffer.from(md5(Buffer.from(text)).toString('base64') + end));
    return `${folder}/${name}.json`;
  };
  const lines = entries.map((one, n) => `${JSON.stringify(entry(one, n))}\n`);
  const filesKey = put('manifest-files', lines.join(''), '');
  const common = {
    exportArn: `${tableArn}/export/${id}`,
    startTime: at(1_700_000_000_000),
    endTime: at(1_700_000_180_000),
    tableArn,
    tableId,
    s3Bucket: 'bucket',
    s3Prefix: prefix === '' ? null : prefix,
    s3SseAlgorithm: 'AES256',
    s3SseKmsKeyId: null,
    manifestFilesS3Key: filesKey,
    billedSizeBytes: billedBytes,
    itemCount: items,
    outputFormat: 'DYNAMODB_JSON',
  };
  const whole =
    'time' in what
      ? { version: '2020-06-30', ...common, exportTime: at(what.time) }
      : {
          version: '2023-08-01',
          ...common,
          exportFromTime: at(what.from),
          exportToTime: at(what.to),
          outputView: 'NEW_AND_OLD_IMAGES',
          exportType: 'INCREMENTAL_EXPORT',
        };
  const manifestKey = put('manifest-summary', JSON.stringify(summary(whole)), '\n');
  const dataKeys = entries.map(({ dataFileS3Key }) => dataFileS3Key);
  return { objects, manifestKey, filesKey, dataKeys, items, billedBytes };
}

function same<T>(value: T): T {
  return value;
}

export function gzipLines(lines: readonly Json[]): Buffer {
  return gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** Returns an item with a value of each type; names and sets are not in canonical order, and the key is not first. */
export function goldenItem(pk: number, version: number): Json {
  return {
    when: { N: `${version}.25` },
    text: { S: `"v" ${version}\\\n\u2028 ü 😀` },
    tags: { SS: [`b${version}`, 'a'] },
    nested: { M: { z: { L: [{ BOOL: version % 2 === 0 }, { NULL: true }] }, a: { NS: ['2', '1'] } } },
    ...(version % 3 === 0 && {
      'aws:rep:updatetime': { N: '1542916362.440001' },
      'aws:rep:deleting': { BOOL: false },
      'aws:rep:updateregion': { S: 'eu-west-1' },
    }),
    ...keysOf(pk),
    blobs: { BS: ['/w==', 'AA=='] },
  };
}

function keysOf(pk: number): Json {
  return { pk: { N: String(pk) } };
}

/** Returns a record of an incremental export; an undefined version is an absent item. */
export function goldenChange(pk: number, before: number | undefined, after: number | undefined): Json {
  return {
    Metadata: { WriteTimestampMicros: { N: '1680109764000000' } },
    Keys: keysOf(pk),
    ...(before !== undefined && { OldImage: goldenItem(pk, before) }),
    ...(after !== undefined && { NewImage: goldenItem(pk, after) }),
  };
}

/** Returns an item's canonical text, for ASCII names: the key first, all else by name, sets in order. */
export function textOf(item: Json): string {
  const { pk, ...others } = item;
  const rest = Object.keys(others).sort(byText);
  return `{"pk":${valueText(pk)}${rest.map((name) => `,"${name}":${valueText(others[name])}`).join('')}}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function valueText(value: unknown): string {
  const [[type, content] = []] = Object.entries(value as Json);
  if (type === 'M') {
    const map = content as Json;
    const names = Object.keys(map).sort(byText);
    return `{"M":{${names.map((name) => `"${name}":${valueText(map[name])}`).join(',')}}}`;
  }
  if (type === 'L') return `{"L":[${(content as unknown[]).map(valueText).join(',')}]}`;
  if (Array.isArray(content)) return JSON.stringify({ [`${type}`]: (content as string[]).toSorted(byText) });
  return JSON.stringify(value);
}
