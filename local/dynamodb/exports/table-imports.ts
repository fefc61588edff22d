import {
  CreateTableCommand,
  ImportConflictException,
  ImportNotFoundException,
  type ImportTableDescription,
  LimitExceededException,
  type TableCreationParameters,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { read } from '../../../lambda/dialects/dynamodb/read.ts';
import type { JsonObject } from '../../../lambda/dialects/dynamodb/json.ts';
import { keyNamesOf } from '../../../lambda/snapshot/format/manifest.ts';
import { describeTable } from '../../../lambda/tables/table.ts';
import { failureOf, JobFailure, validationError } from './errors.ts';
import { importObject, noFigures, addFigures } from './import-object.ts';
import { listKeys } from './import-source.ts';
import { createJobId, type Jobs } from './jobs.ts';
import { importMembers, type ImportRequest } from './requests.ts';
import type { ExportServices } from './export-services.ts';

/** Accepts import requests and runs them. */
export class TableImports {
  readonly #services: ExportServices;
  readonly #jobs: Jobs<ImportTableDescription>;
  readonly #starts = pLimit(1);

  constructor(services: ExportServices, jobs: Jobs<ImportTableDescription>) {
    this.#services = services;
    this.#jobs = jobs;
    for (const [arn] of jobs.listUnfinished()) this.#run(arn);
  }

  /**
   * Creates the table and starts the import. Throws the SDK's ValidationException, `ImportConflictException`,
   * `LimitExceededException`, and what CreateTable throws: `ResourceInUseException` if the table exists.
   */
  start(body: JsonObject): Promise<ImportTableDescription> {
    const { ClientToken = this.#services.ids.hex(32), ...request } = read(importMembers, body);
    checkSupported(request);
    return this.#starts(async () => {
      const job = this.#jobs.findByToken(ClientToken, request);
      const hasEnded = job !== undefined && this.describe(job.arn).EndTime !== undefined;
      if (job?.same === false) {
        throw new ImportConflictException({
          message: 'There was a different import request with the same client token',
          $metadata: {},
        });
      }
      // Measured: after the import's end its token no longer finds it. Then the table exists, so CreateTable rejects it.
      const arn = job === undefined || hasEnded ? await this.#begin(ClientToken, request) : job.arn;
      return this.describe(arn);
    });
  }

  /** Throws `ImportNotFoundException`. */
  describe(arn: string): ImportTableDescription {
    const description = this.#jobs.describe(arn);
    if (description !== undefined) return description;
    throw new ImportNotFoundException({ message: `Import not found: ${arn}`, $metadata: {} });
  }

  /** True until the import that creates the table of this name or ARN has ended. */
  isImporting(table: unknown): boolean {
    return this.#jobs.some(
      ({ ImportStatus, TableArn, TableCreationParameters: made }) =>
        ImportStatus === 'IN_PROGRESS' && (TableArn === table || made?.TableName === table),
    );
  }

  async #begin(token: string, request: ImportRequest): Promise<string> {
    const { dynamodb, clock, ids } = this.#services;
    if (!this.#jobs.hasRoom()) {
      throw new LimitExceededException({ message: 'Too many imports are in progress', $metadata: {} });
    }
    const parameters = request.TableCreationParameters as unknown as TableCreationParameters;
    const { TableDescription } = await dynamodb.send(new CreateTableCommand(parameters));
    const arn = `${TableDescription?.TableArn}/import/${createJobId(clock, ids)}`;
    const begun: ImportTableDescription = {
      ImportArn: arn,
      ImportStatus: 'IN_PROGRESS',
      TableArn: TableDescription?.TableArn,
      TableId: TableDescription?.TableId,
      ClientToken: token,
      S3BucketSource: request.S3BucketSource,
      InputFormat: 'DYNAMODB_JSON',
      InputCompressionType: request.InputCompressionType ?? 'NONE',
      TableCreationParameters: parameters,
      StartTime: new Date(clock.now()),
      ...noFigures,
    };
    await this.#jobs.add(arn, { token, request, begun });
    this.#run(arn);
    return arn;
  }

  #run(arn: string): void {
    this.#jobs.run(arn, ({ begun }) =>
      this.#import(arn, begun).catch((error: unknown) => ({ ImportStatus: 'FAILED', ...failureOf(error) })),
    );
  }

  /** Runs the import. However it ends, the table stays, with the items that it accepted. */
  async #import(arn: string, begun: ImportTableDescription): Promise<ImportTableDescription> {
    const { buckets, dynamodb } = this.#services;
    const { S3BucketSource, InputCompressionType = 'NONE', TableCreationParameters } = begun;
    const store = buckets.get(S3BucketSource?.S3Bucket ?? '');
    if (store === undefined) throw new JobFailure('S3NoSuchBucket', 'The specified bucket does not exist');
    const table = String(TableCreationParameters?.TableName);
    const { identity, description } = await describeTable(dynamodb, table);
    if (identity.tableId !== begun.TableId)
      throw new JobFailure('InternalServerError', 'The table was replaced');
    const target = { name: table, keyNames: keyNamesOf(description) };
    let figures = noFigures;
    let failed: string | undefined;
    for (const key of await listKeys(store, S3BucketSource?.S3KeyPrefix ?? '')) {
      const added = await importObject(dynamodb, target, await store.get(key), InputCompressionType);
      if (added.ErrorCount > 0) failed ??= key;
      figures = addFigures(figures, added);
      this.#jobs.updateProgress(arn, figures);
    }
    if (failed === undefined) return { ...figures, ImportStatus: 'COMPLETED' };
    const FailureMessage = `Some of the items failed validation checks, the first of them in ${failed}`;
    return { ...figures, ImportStatus: 'FAILED', FailureCode: 'ItemValidationError', FailureMessage };
  }
}

/** Throws ValidationException for options that embedded imports do not support. */
function checkSupported({ InputFormat, InputFormatOptions, S3BucketSource }: ImportRequest): void {
  if (InputFormat !== 'DYNAMODB_JSON') {
    throw validationError(`The embedded runtime imports DYNAMODB_JSON, not ${InputFormat}`);
  }
  if (InputFormatOptions !== undefined)
    throw validationError('InputFormatOptions are for the InputFormat CSV');
  if (S3BucketSource.S3KeyPrefix?.includes('/') !== true) {
    throw validationError('The embedded runtime needs an S3KeyPrefix with a slash');
  }
}
