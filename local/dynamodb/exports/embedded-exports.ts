import { join } from 'node:path';
import {
  type DescribeExportInput,
  type DescribeExportOutput,
  type DescribeImportInput,
  type DescribeImportOutput,
  type ExportDescription,
  type ExportTableToPointInTimeInput,
  type ExportTableToPointInTimeOutput,
  type ImportTableDescription,
  type ImportTableInput,
  type ImportTableOutput,
  type ListExportsInput,
  type ListExportsOutput,
  type ListImportsInput,
  type ListImportsOutput,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { type JsonObject, renderBody } from '../../../lambda/dialects/dynamodb/json.ts';
import { read } from '../../../lambda/dialects/dynamodb/read.ts';
import { createPageToken, readPlace } from '../../../lambda/operations/page-token.ts';
import type { Secret } from '../../../lambda/secret/secret.ts';
import { toServiceError } from './errors.ts';
import type { ExportServices } from './export-services.ts';
import { Jobs } from './jobs.ts';
import {
  describeExportMembers,
  describeImportMembers,
  listExportsMembers,
  listImportsMembers,
} from './requests.ts';
import { TableExports } from './table-exports.ts';
import { TableImports } from './table-imports.ts';

export interface ExportOptions extends Omit<ExportServices, 'minWindowMs'> {
  /** @default 15 minutes */
  readonly minWindowMs?: number;
  /** The folder in which the jobs survive restarts. */
  readonly folder: string;
  /** A job is described as in progress for at least this long. */
  readonly minJobMs: number;
}

/**
 * DynamoDB's exports to a bucket and imports from it, for a database that has none. It is small: for tests and for one
 * machine. Inputs, outputs and errors are those of the SDK.
 *
 *     table-exports.ts: content.ts (a scan and the stream, in memory) -> files.ts (data files and manifests in the bucket)
 *     table-imports.ts: import-source.ts (the bucket's objects) -> import-object.ts -> put-items.ts (the new table)
 *
 * `jobs.ts` keeps the jobs of both kinds over restarts, `answers.ts` connects them to a client or an endpoint.
 */
export class EmbeddedExports {
  readonly #secret: Secret;
  readonly #exportJobs: Jobs<ExportDescription>;
  readonly #importJobs: Jobs<ImportTableDescription>;
  readonly #exports: TableExports;
  readonly #imports: TableImports;

  private constructor(
    services: ExportServices,
    exportJobs: Jobs<ExportDescription>,
    importJobs: Jobs<ImportTableDescription>,
  ) {
    this.#secret = services.secret;
    this.#exportJobs = exportJobs;
    this.#importJobs = importJobs;
    this.#exports = new TableExports(services, exportJobs);
    this.#imports = new TableImports(services, importJobs);
  }

  /** Opens the exports, and continues the jobs that an earlier process did not finish. */
  static async open(options: ExportOptions): Promise<EmbeddedExports> {
    const { folder, minWindowMs = 15 * 60 * 1000, ...given } = options;
    return new EmbeddedExports(
      { ...given, minWindowMs },
      // DynamoDB's limits of jobs at the same time.
      await Jobs.open({ ...given, file: join(folder, 'exports.json'), maxRunning: 300 }),
      await Jobs.open({ ...given, file: join(folder, 'imports.json'), maxRunning: 50 }),
    );
  }

  exportTableToPointInTime(input: ExportTableToPointInTimeInput): Promise<ExportTableToPointInTimeOutput> {
    return answer(async () => ({ ExportDescription: await this.#exports.start(toWire(input)) }));
  }

  describeExport(input: DescribeExportInput): Promise<DescribeExportOutput> {
    return answer(async () => {
      const { ExportArn } = read(describeExportMembers, toWire(input));
      return { ExportDescription: this.#exports.describe(ExportArn) };
    });
  }

  listExports(input: ListExportsInput): Promise<ListExportsOutput> {
    return answer(async () => {
      const { TableArn, MaxResults, NextToken } = read(listExportsMembers, toWire(input));
      const { page, next } = await this.#list(this.#exportJobs, TableArn, MaxResults, NextToken);
      return {
        ExportSummaries: page.map(({ ExportArn, ExportStatus, ExportType }) => ({
          ExportArn,
          ExportStatus,
          ExportType,
        })),
        NextToken: next,
      };
    });
  }

  importTable(input: ImportTableInput): Promise<ImportTableOutput> {
    return answer(async () => ({ ImportTableDescription: await this.#imports.start(toWire(input)) }));
  }

  describeImport(input: DescribeImportInput): Promise<DescribeImportOutput> {
    return answer(async () => {
      const { ImportArn } = read(describeImportMembers, toWire(input));
      return { ImportTableDescription: this.#imports.describe(ImportArn) };
    });
  }

  listImports(input: ListImportsInput): Promise<ListImportsOutput> {
    return answer(async () => {
      const { TableArn, PageSize, NextToken } = read(listImportsMembers, toWire(input));
      const { page, next } = await this.#list(this.#importJobs, TableArn, PageSize, NextToken);
      return {
        ImportSummaryList: page.map((job) => ({
          ImportArn: job.ImportArn,
          ImportStatus: job.ImportStatus,
          TableArn: job.TableArn,
          S3BucketSource: job.S3BucketSource,
          InputFormat: job.InputFormat,
          StartTime: job.StartTime,
          EndTime: job.EndTime,
        })),
        NextToken: next,
      };
    });
  }

  /** Lists a page of jobs. Throws `Validation` for a token that no page of the same list has returned. */
  async #list<J extends ExportDescription | ImportTableDescription>(
    jobs: Jobs<J>,
    table: string | undefined,
    limit: number | undefined,
    token: string | undefined,
  ): Promise<{ page: J[]; next: string | undefined }> {
    const facts = [jobs === this.#exportJobs ? 'exports' : 'imports', table];
    const start = token === undefined ? '' : await readPlace(this.#secret, token, facts, jobPlace);
    const { page, next } = jobs.list(table, limit, start);
    return { page, next: next === undefined ? undefined : await createPageToken(this.#secret, next, facts) };
  }

  /**
   * Returns the error that DynamoDB answers while the table of the call is being imported, or undefined: DescribeTable need
   * not show such a table, and DeleteTable cannot delete it (see `lambda/restore/import-job.ts`).
   */
  rejectionOf(operation: string, input: () => object): Error | undefined {
    const createError = whileImported.get(operation);
    if (createError === undefined) return undefined;
    const { TableName } = input() as { readonly TableName?: unknown };
    return this.#imports.isImporting(TableName) ? createError() : undefined;
  }

  /**
   * Resolves when no job is being run. Then the database may end. Throws an `Error` if some are still running after
   * `maxMs`.
   */
  async idle(maxMs = maxIdleMs): Promise<void> {
    await Promise.all([this.#exportJobs.idle(maxMs), this.#importJobs.idle(maxMs)]);
  }
}

/** The form of a place in a list of jobs: an ARN. */
const jobPlace = /^arn:[!-~]{1,1020}$/;

/** How long `idle` waits by default, in real time: a job copies 200,000 items at most. */
const maxIdleMs = 10 * 60_000;

/** The errors of operations on a table that is being imported, by operation. */
const whileImported: ReadonlyMap<string, () => Error> = new Map<string, () => Error>([
  [
    'DescribeTable',
    () => new ResourceNotFoundException({ message: 'Requested resource not found', $metadata: {} }),
  ],
  [
    'DeleteTable',
    () => new ResourceInUseException({ message: 'The table is being imported', $metadata: {} }),
  ],
]);

/** Converts an input to the JSON that goes over the wire. An input from the wire stays unchanged. */
function toWire(input: object): JsonObject {
  return JSON.parse(renderBody(input)) as JsonObject;
}

async function answer<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toServiceError(error);
  }
}
