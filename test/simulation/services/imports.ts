import { gunzipSync } from 'node:zlib';
import type {
  DescribeImportCommandInput,
  ImportTableCommandInput,
  ImportTableDescription,
  ListImportsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Faults } from '../faults.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Bucket } from './object-store.ts';
import { ServiceError } from './service-error.ts';
import { account, type UserTable } from './table-plane.ts';
import type { UserTables } from './user-tables.ts';

/** How long an import takes. */
const importMs = { min: 60_000, max: 20 * 60_000 } as const;

/** The commands about imports. */
export const importCommands: ReadonlySet<string> = new Set(['ImportTable', 'DescribeImport', 'ListImports']);

/** The simulated imports from the bucket. The table of an import is CREATING until the import has ended. */
export class Imports {
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #tables: UserTables;
  readonly #bucket: Bucket;
  readonly #imports = new Map<string, ImportTableDescription>();

  constructor({
    scheduler,
    faults,
    tables,
    bucket,
  }: {
    readonly scheduler: Scheduler;
    readonly faults: Faults;
    readonly tables: UserTables;
    readonly bucket: Bucket;
  }) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#tables = tables;
    this.#bucket = bucket;
  }

  answer(command: string, input: object): object {
    if (command === 'ImportTable') return this.#start(input as ImportTableCommandInput);
    if (command === 'DescribeImport') {
      const { ImportArn: arn = '' } = input as DescribeImportCommandInput;
      return { ImportTableDescription: this.#imports.get(arn) };
    }
    const { TableArn: arn } = input as ListImportsCommandInput;
    return { ImportSummaryList: [...this.#imports.values()].filter(({ TableArn }) => TableArn === arn) };
  }

  /** A token finds its import only while that runs. */
  #start(request: ImportTableCommandInput): object {
    const { ClientToken: token = '', S3BucketSource, TableCreationParameters } = request;
    const running = [...this.#imports.values()].find(
      (one) => one.ClientToken === token && one.ImportStatus === 'IN_PROGRESS',
    );
    if (running !== undefined) return { ImportTableDescription: running };
    const table = this.#tables.createImported(String(TableCreationParameters?.TableName), token);
    const begun: ImportTableDescription = {
      ImportArn: `${account}${table.name}/import/${this.#imports.size + 1}`,
      ImportStatus: 'IN_PROGRESS',
      TableArn: table.arn,
      TableId: table.id,
      ClientToken: token,
      S3BucketSource,
      ProcessedItemCount: 0,
      ImportedItemCount: 0,
      ErrorCount: 0,
    };
    this.#imports.set(String(begun.ImportArn), begun);
    this.#scheduler.after(this.#scheduler.random.between(importMs.min, importMs.max), () =>
      this.#end(table, begun),
    );
    return { ImportTableDescription: begun };
  }

  /** Writes the items of all objects below the prefix. Where it fails, the table stays with those written before. */
  #end(table: UserTable, begun: ImportTableDescription): void {
    const { ImportArn: arn = '', S3BucketSource: { S3KeyPrefix: prefix = '' } = {} } = begun;
    const keys = [...this.#bucket.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    if (keys.length === 0) throw new ServiceError('ValidationException', `no objects below ${prefix}`);
    const fails = this.#faults.happens('failedImport');
    const read = fails ? keys.slice(0, this.#scheduler.random.below(keys.length)) : keys;
    const items = read.flatMap((key) => readItems(this.#bucket.get(key)));
    for (const { key, value } of items) this.#tables.put(table, key, value);
    this.#tables.activate(table);
    this.#imports.set(arn, {
      ...begun,
      ImportStatus: fails ? 'FAILED' : 'COMPLETED',
      ...(fails && { FailureCode: 'InternalServerError', FailureMessage: 'the import broke off' }),
      ProcessedItemCount: items.length,
      ImportedItemCount: items.length,
      EndTime: new Date(this.#scheduler.now),
    });
    this.#scheduler.record(`import ${arn} has ${fails ? 'failed' : 'ended'}`);
  }
}

function readItems(object: Buffer): { readonly key: number; readonly value: number }[] {
  const lines = gunzipSync(object).toString().split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const { Item } = JSON.parse(line) as { Item: { pk: { S: string }; value: { N: string } } };
      return { key: Number(Item.pk.S.slice(1)), value: Number(Item.value.N) };
    });
}
