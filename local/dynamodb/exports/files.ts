import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Ids } from '../../../lambda/runtime/ids.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import type { ExportRecord } from './content.ts';

/** One line of `manifest-files.json`. */
interface DataFile {
  readonly itemCount: number;
  readonly md5Checksum: string;
  readonly etag: string;
  readonly dataFileS3Key: string;
}

const compress = promisify(gzip);

/** The number of data files of an export: DynamoDB too writes at least one for each partition, empty or not. */
const fileCount = 4;

export async function writeDataFiles(
  store: ObjectStore,
  ids: Ids,
  folder: string,
  records: readonly ExportRecord[],
): Promise<DataFile[]> {
  const files: string[][] = Array.from({ length: fileCount }, () => []);
  for (const { key, line } of records) {
    files[hash('sha256', key, 'buffer').readUInt8() % fileCount]?.push(`${JSON.stringify(line)}\n`);
  }
  return Promise.all(
    files.map(async (lines) => {
      const bytes = await compress(lines.join(''));
      const dataFileS3Key = `${folder}/${ids.hex(26)}.json.gz`;
      await store.put(dataFileS3Key, bytes);
      // DynamoDB uploads files in parts, even a single one, so their etag is not the plain MD5.
      const etag = `${hash('md5', hash('md5', bytes, 'buffer'))}-1`;
      return { itemCount: lines.length, md5Checksum: hash('md5', bytes, 'base64'), etag, dataFileS3Key };
    }),
  );
}

/** Writes both manifests and their checksums. Returns the key of the summary, which leads to everything else. */
export async function writeManifests(
  store: ObjectStore,
  folder: string,
  files: readonly DataFile[],
  summary: object,
): Promise<string> {
  const manifestFilesS3Key = `${folder}/manifest-files.json`;
  const manifest = `${folder}/manifest-summary.json`;
  await putWithChecksum(store, manifestFilesS3Key, files.map((file) => `${JSON.stringify(file)}\n`).join(''));
  await putWithChecksum(store, manifest, JSON.stringify({ ...summary, manifestFilesS3Key }));
  return manifest;
}

/** Puts a text, and its checksum as `.md5`, the extension in real exports. The documentation says `.checksum`. */
async function putWithChecksum(store: ObjectStore, key: string, text: string): Promise<void> {
  await store.put(key, Buffer.from(text));
  await store.put(key.replace(/json$/, 'md5'), Buffer.from(hash('md5', text, 'base64')));
}
