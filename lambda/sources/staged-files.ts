import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { fromSdk } from '../item/from-sdk.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** A file in DynamoDB's export format (gzip of JSON lines), which the partition step reads. */
export interface StagedFile {
  readonly key: string;
  readonly rawBytes: number;
  readonly records: number;
  /** The checksum of the file's bytes, computed by its writer. */
  readonly checksum: Checksum;
  /**
   * The place of the file's export among the exports of the backup, a decimal number. It is the order of all records of the
   * file: each key occurs once in an export. Files of other sources have an order in each record instead.
   */
  readonly order?: string;
}

/** A checksum of all bytes of a file, in base64. DynamoDB's exports have MD5s. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha256';
  readonly base64: string;
}

type SdkItem = Record<string, SdkValue>;

export interface StagedChange {
  /** The place of this change among those of its key, a decimal number: the new image of the highest place counts. */
  readonly order: string;
  readonly keys: SdkItem;
  readonly oldImage: SdkItem | undefined;
  readonly newImage: SdkItem | undefined;
}

const compress = promisify(gzip);

/**
 * Writes the records of a source as files of bounded size in DynamoDB's own export format. `ApplyOrder` is our addition to
 * a change's metadata: a real incremental export has one record for a key, so it needs no order.
 */
export class StagedFiles {
  readonly #store: ObjectStore;
  readonly #fileBytes: number;
  readonly #name: (n: number) => string;
  readonly #files: Promise<StagedFile>[] = [];
  #lines: string[] = [];
  #bytes = 0;

  /** `name` returns the nth file's key; it must be new for each attempt at a task. */
  constructor(store: ObjectStore, fileBytes: number, name: (n: number) => string) {
    this.#store = store;
    this.#fileBytes = fileBytes;
    this.#name = name;
  }

  async addItem(item: SdkItem): Promise<void> {
    await this.#add({ Item: fromSdk(item) });
  }

  async addChange(change: StagedChange): Promise<void> {
    await this.#add({
      Metadata: { ApplyOrder: { N: change.order } },
      Keys: fromSdk(change.keys),
      ...(change.oldImage && { OldImage: fromSdk(change.oldImage) }),
      ...(change.newImage && { NewImage: fromSdk(change.newImage) }),
    });
  }

  /** Stores the remaining records, and returns all files in order. */
  async close(): Promise<StagedFile[]> {
    if (this.#lines.length > 0) await this.#flush();
    return Promise.all(this.#files);
  }

  async #add(record: object): Promise<void> {
    const line = `${JSON.stringify(record)}\n`;
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#bytes >= this.#fileBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    const stored = this.#write(this.#name(this.#files.length), lines);
    this.#files.push(stored);
    // The wait is the back-pressure: records gather in memory for one file at a time.
    await stored;
  }

  async #write(key: string, lines: readonly string[]): Promise<StagedFile> {
    const raw = Buffer.from(lines.join(''));
    // Staged files live for minutes, and gzip's default level takes five times as long as level 1.
    const bytes = await compress(raw, { level: constants.Z_BEST_SPEED });
    await this.#store.put(key, bytes, { ifAbsent: true });
    const checksum = { algorithm: 'sha256', base64: hash('sha256', bytes, 'base64') } as const;
    return { key, rawBytes: raw.length, records: lines.length, checksum };
  }
}
