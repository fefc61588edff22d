import { createHash } from 'node:crypto';
import { isError } from '../../runtime/errors.ts';
import { toBucketKey } from '../../storage/bucket-key.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { StagedFile } from '../staged-files.ts';
import {
  corruptError,
  countOf,
  type Members,
  parseMembers,
  notUnderstoodError,
  textOf,
  timeOf,
} from './members.ts';
import type { ExportRange } from './request.ts';
import type { ExportFacts } from './state.ts';

/** The request, which the export must match. */
export interface ExpectedExport {
  readonly tableArn: string;
  readonly tableId: string;
  /** The prefix of the request. */
  readonly prefix: string;
  readonly what: ExportRange;
  /**
   * The place of this export among those of the backup: if several hold a change of one key, the change of the highest
   * place counts.
   */
  readonly order: number;
}

/** Turns a key from the bucket's root into a key of the store. */
export type KeyOf = (bucketKey: string) => string;

/**
 * Reads the list of an export's data files from its manifests. It compares the manifests with their checksum files, with
 * the request and with each other; the data files are read later. It ignores unknown members. Format: "DynamoDB table
 * export output format", DynamoDB Developer Guide.
 *
 * Throws `StagedDataCorrupt` if a manifest is missing, damaged or of another export, `RecordNotUnderstood` for another
 * format; both name the file.
 */
export async function readExportManifest(
  store: ObjectStore,
  keyOf: KeyOf,
  facts: ExportFacts,
  expected: ExpectedExport,
): Promise<StagedFile[]> {
  const folder = toBucketKey(expected.prefix, 'AWSDynamoDB/');
  // The data files of a full export are next to its manifests; incremental exports share a folder of data files.
  const toStoreKey = (bucketKey: string): string => {
    if (bucketKey.startsWith(folder)) return keyOf(bucketKey);
    throw corruptError(`${bucketKey} is not in the folder that the export was requested to write to`);
  };
  const summaryKey = toStoreKey(facts.manifestKey);
  const summary = parseMembers(await readChecked(store, summaryKey), summaryKey);
  checkSummary(summary, summaryKey, expected);
  const filesKey = toStoreKey(textOf(summary, 'manifestFilesS3Key', summaryKey));
  const lines = (await readChecked(store, filesKey)).split('\n').filter((line) => line.trim() !== '');
  const entries = lines.map((line) => parseEntry(line, filesKey, toStoreKey));
  checkEntries(entries, filesKey, countOf(summary, 'itemCount', summaryKey));
  const bytesPerRecord = facts.billedBytes / Math.max(1, facts.items);
  return entries.map(({ key, records, checksum }) => ({
    key,
    records,
    checksum,
    order: String(expected.order),
    // An estimate for dealing out files to tasks; it is never 0 for a file with records.
    rawBytes: Math.max(records, Math.round(records * bytesPerRecord)),
  }));
}

type Entry = Pick<StagedFile, 'key' | 'records' | 'checksum'>;

function parseEntry(line: string, file: string, toStoreKey: KeyOf): Entry {
  const members = parseMembers(line, file);
  return {
    key: toStoreKey(textOf(members, 'dataFileS3Key', file)),
    records: countOf(members, 'itemCount', file),
    // The ETag cannot be used instead: the ETag of a multipart upload is not an MD5.
    checksum: { algorithm: 'md5', base64: textOf(members, 'md5Checksum', file) },
  };
}

function checkEntries(entries: readonly Entry[], file: string, items: number): void {
  const keys = new Set<string>();
  let records = 0;
  for (const entry of entries) {
    if (keys.has(entry.key)) throw corruptError(`${file} names ${entry.key} twice`);
    keys.add(entry.key);
    records += entry.records;
  }
  if (records !== items) throw corruptError(`the files of ${file} hold ${records} records, not ${items}`);
}

function checkSummary(summary: Members, file: string, { tableArn, tableId, what }: ExpectedExport): void {
  const format = { outputFormat: 'DYNAMODB_JSON' };
  const formats =
    'time' in what
      ? { ...format, version: '2020-06-30' }
      : {
          ...format,
          version: '2023-08-01',
          exportType: 'INCREMENTAL_EXPORT',
          outputView: 'NEW_AND_OLD_IMAGES',
        };
  for (const [name, value] of Object.entries(formats)) {
    if (textOf(summary, name, file) !== value) throw notUnderstoodError(`${name} of ${file} is not ${value}`);
  }
  for (const [name, value] of Object.entries({ tableArn, tableId })) {
    if (textOf(summary, name, file) !== value) throw corruptError(`${file} is of another table: ${name}`);
  }
  const times =
    'time' in what ? { exportTime: what.time } : { exportFromTime: what.from, exportToTime: what.to };
  for (const [name, value] of Object.entries(times)) {
    if (timeOf(summary, name, file) !== value) throw corruptError(`${file} is of another time: ${name}`);
  }
}

/** The first value is in DynamoDB's documentation, the second in real exports. */
const checksumSuffixes = ['.checksum', '.md5'];

/** Reads a manifest's text and compares it with its checksum file, which holds the MD5 of its bytes in base64. */
async function readChecked(store: ObjectStore, key: string): Promise<string> {
  const stem = key.replace(/\.json$/, '');
  const [bytes, ...checksums] = await Promise.all([
    find(store, key),
    ...checksumSuffixes.map((suffix) => find(store, stem + suffix)),
  ]);
  if (bytes === undefined) throw corruptError(`${key} is missing`);
  const checksum = checksums.find((each) => each !== undefined);
  if (checksum === undefined) throw corruptError(`the checksum file of ${key} is missing`);
  if (checksum.toString().trim() !== createHash('md5').update(bytes).digest('base64')) {
    throw corruptError(`${key} does not match its checksum file`);
  }
  return bytes.toString();
}

async function find(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from(await store.get(key));
  } catch (error) {
    if (isError(error, 'ObjectNotFound')) return undefined;
    throw error;
  }
}
