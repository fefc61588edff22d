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
import { asServiceError } from './errors.ts';
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
  /** Jobs are remembered here over restarts. */
  readonly folder: string;
  /** A job stays in progress for at least so long. */
  readonly jobMs: number;
}

/**
 * DynamoDB's exports to a bucket and imports from it, for a database that has none: small, for tests and one machine.
 * An export is made of a scan and the table's stream, in memory. Inputs, outputs and errors are those of the SDK.
 */
export class EmbeddedExports {
  readonly #exportJobs: Jobs<ExportDescription>;
  readonly #importJobs: Jobs<ImportTableDescription>;
  readonly #exports: TableExports;
  readonly #imports: TableImports;

  private constructor(
    services: ExportServices,
    exportJobs: Jobs<ExportDescription>,
    importJobs: Jobs<ImportTableDescription>,
  ) {
    this.#exportJobs = exportJobs;
    this.#importJobs = importJobs;
    this.#exports = new TableExports(services, exportJobs);
    this.#imports = new TableImports(services, importJobs);
  }

  /** Goes on with the jobs that an earlier process has left. */
  static async open(options: ExportOptions): Promise<EmbeddedExports> {
    const { folder, minWindowMs = 15 * 60 * 1000, ...given } = options;
    return new EmbeddedExports(
      { ...given, minWindowMs },
      // As many at once as DynamoDB allows.
      await Jobs.open({ ...given, file: join(folder, 'exports.json'), most: 300 }),
      await Jobs.open({ ...given, file: join(folder, 'imports.json'), most: 50 }),
    );
  }

  exportTableToPointInTime(input: ExportTableToPointInTimeInput): Promise<ExportTableToPointInTimeOutput> {
    return answer(async () => ({ ExportDescription: await this.#exports.start(wire(input)) }));
  }

  describeExport(input: DescribeExportInput): Promise<DescribeExportOutput> {
    return answer(async () => {
      const { ExportArn } = read(describeExportMembers, wire(input));
      return { ExportDescription: this.#exports.describe(ExportArn) };
    });
  }

  listExports(input: ListExportsInput): Promise<ListExportsOutput> {
    return answer(async () => {
      const { TableArn, MaxResults, NextToken } = read(listExportsMembers, wire(input));
      const { page, next } = this.#exportJobs.list(TableArn, MaxResults, NextToken);
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
    return answer(async () => ({ ImportTableDescription: await this.#imports.start(wire(input)) }));
  }

  describeImport(input: DescribeImportInput): Promise<DescribeImportOutput> {
    return answer(async () => {
      const { ImportArn } = read(describeImportMembers, wire(input));
      return { ImportTableDescription: this.#imports.describe(ImportArn) };
    });
  }

  listImports(input: ListImportsInput): Promise<ListImportsOutput> {
    return answer(async () => {
      const { TableArn, PageSize, NextToken } = read(listImportsMembers, wire(input));
      const { page, next } = this.#importJobs.list(TableArn, PageSize, NextToken);
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

  /**
   * Why the database's own operation cannot be done now: a table that is being imported need not be there for
   * DescribeTable, and cannot be deleted (see `lambda/restore/import-job.ts`). Undefined if it can be.
   */
  refusal(operation: string, input: () => object): Error | undefined {
    const refused = whileImported.get(operation);
    if (refused === undefined) return undefined;
    const { TableName } = input() as { readonly TableName?: unknown };
    return this.#imports.isImporting(TableName) ? refused() : undefined;
  }

  /** Resolves when no job is being worked at: then the database may go. */
  async idle(): Promise<void> {
    await Promise.all([this.#exportJobs.idle(), this.#importJobs.idle()]);
  }
}

/** By the names of the operations. */
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

/** As it would come over the wire; what has come so stays as it is. */
function wire(input: object): JsonObject {
  return JSON.parse(renderBody(input)) as JsonObject;
}

async function answer<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asServiceError(error);
  }
}
