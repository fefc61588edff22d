import { createHash } from 'node:crypto';
import { isError } from '../../runtime/errors.ts';
import { bucketKey } from '../../storage/bucket-key.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { StagedFile } from '../staged-files.ts';
import { corrupt, countOf, type Members, membersOf, notUnderstood, textOf, timeOf } from './members.ts';
import type { ExportRange } from './request.ts';
import type { ExportFacts } from './state.ts';

/** What was asked for, and so must have come. */
export interface ExpectedExport {
  readonly tableArn: string;
  readonly tableId: string;
  /** As in the request. */
  readonly prefix: string;
  readonly what: ExportRange;
  /** The place of this export among those of the backup: of several changes of a key the highest one's counts. */
  readonly order: number;
}

/** A key from the bucket's root as a key of the store. */
export type KeyOf = (bucketKey: string) => string;

/**
 * The data files of an export that has ended, as its manifests tell of them. The manifests are checked against their
 * checksum files, and against what was asked for; of the data files, which are read later, the counts. Members that are not
 * known are passed over. Format: "DynamoDB table export output format", DynamoDB Developer Guide.
 *
 * Throws `StagedDataCorrupt` for what is missing, damaged or not of this export, `RecordNotUnderstood` for another
 * format; both name the file.
 */
export async function readExportManifest(
  store: ObjectStore,
  keyOf: KeyOf,
  facts: ExportFacts,
  expected: ExpectedExport,
): Promise<StagedFile[]> {
  const folder = bucketKey(expected.prefix, 'AWSDynamoDB/');
  // Data may stand beside its manifests or, for increments, in a folder that exports share.
  const placed = (bucketKey: string): string => {
    if (bucketKey.startsWith(folder)) return keyOf(bucketKey);
    throw corrupt(`${bucketKey} is not where the export was to leave its files`);
  };
  const summaryKey = placed(facts.manifestKey);
  const summary = membersOf(await readChecked(store, summaryKey), summaryKey);
  checkSummary(summary, summaryKey, expected);
  const filesKey = placed(textOf(summary, 'manifestFilesS3Key', summaryKey));
  const lines = (await readChecked(store, filesKey)).split('\n').filter((line) => line.trim() !== '');
  const entries = lines.map((line) => entryOf(line, filesKey, placed));
  checkEntries(entries, filesKey, countOf(summary, 'itemCount', summaryKey));
  const bytesPerRecord = facts.billedBytes / Math.max(1, facts.items);
  return entries.map(({ key, records, md5 }) => ({
    key,
    records,
    md5,
    order: String(expected.order),
    // An estimate, by which files are dealt out to tasks: never 0 for a file that holds something.
    rawBytes: Math.max(records, Math.round(records * bytesPerRecord)),
  }));
}

type Entry = Pick<StagedFile, 'key' | 'records'> & { readonly md5: string };

function entryOf(line: string, file: string, placed: KeyOf): Entry {
  const members = membersOf(line, file);
  return {
    key: placed(textOf(members, 'dataFileS3Key', file)),
    records: countOf(members, 'itemCount', file),
    // Not the ETag: of a multipart upload it is no MD5.
    md5: textOf(members, 'md5Checksum', file),
  };
}

function checkEntries(entries: readonly Entry[], file: string, items: number): void {
  const keys = new Set<string>();
  let records = 0;
  for (const entry of entries) {
    if (keys.has(entry.key)) throw corrupt(`${file} names ${entry.key} twice`);
    keys.add(entry.key);
    records += entry.records;
  }
  if (records !== items) throw corrupt(`the files of ${file} hold ${records} records, not ${items}`);
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
    if (textOf(summary, name, file) !== value) throw notUnderstood(`${name} of ${file} is not ${value}`);
  }
  for (const [name, value] of Object.entries({ tableArn, tableId })) {
    if (textOf(summary, name, file) !== value) throw corrupt(`${file} is of another table: ${name}`);
  }
  const times =
    'time' in what ? { exportTime: what.time } : { exportFromTime: what.from, exportToTime: what.to };
  for (const [name, value] of Object.entries(times)) {
    if (timeOf(summary, name, file) !== value) throw corrupt(`${file} is of another time: ${name}`);
  }
}

/** Documented as the first, seen as the second. */
const checksumSuffixes = ['.checksum', '.md5'];

/** A manifest's text. Its checksum file holds the MD5 of its bytes in base64. */
async function readChecked(store: ObjectStore, key: string): Promise<string> {
  const stem = key.replace(/\.json$/, '');
  const [bytes, ...checksums] = await Promise.all([
    find(store, key),
    ...checksumSuffixes.map((suffix) => find(store, stem + suffix)),
  ]);
  if (bytes === undefined) throw corrupt(`${key} is missing`);
  const checksum = checksums.find((found) => found !== undefined);
  if (checksum === undefined) throw corrupt(`the checksum file of ${key} is missing`);
  if (checksum.toString().trim() !== createHash('md5').update(bytes).digest('base64')) {
    throw corrupt(`${key} is not what its checksum file says`);
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
