import {
  ExportConflictException,
  type ExportDescription,
  ExportNotFoundException,
  LimitExceededException,
  TableNotFoundException,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { dropTrailing } from '../../../lambda/runtime/drop-trailing.ts';
import { parseTableArn } from '../../../lambda/model/backup-arn.ts';
import { whenDefined } from '../../../lambda/dialects/dynamodb/operation.ts';
import { read } from '../../../lambda/dialects/dynamodb/read.ts';
import type { JsonObject } from '../../../lambda/dialects/dynamodb/json.ts';
import { keyNamesOf } from '../../../lambda/snapshot/format/manifest.ts';
import { minExportBytes } from '../../../lambda/estimate/prices.ts';
import { describeTable, type Table } from '../../../lambda/tables/table.ts';
import { type ExportRecord, readContent, readIncrement } from './content.ts';
import { failureOf, JobFailure, validationError } from './errors.ts';
import { decideExportTimes } from './export-times.ts';
import { writeDataFiles, writeManifests } from './files.ts';
import { createJobId, type Job, type Jobs } from './jobs.ts';
import { exportMembers, type ExportRequest } from './requests.ts';
import type { ExportServices } from './export-services.ts';

/** Accepts export requests and runs them. */
export class TableExports {
  readonly #services: ExportServices;
  readonly #jobs: Jobs<ExportDescription>;
  readonly #starts = pLimit(1);

  constructor(services: ExportServices, jobs: Jobs<ExportDescription>) {
    this.#services = services;
    this.#jobs = jobs;
    for (const [arn] of jobs.listUnfinished()) this.#run(arn);
  }

  /**
   * Throws the SDK's ValidationException, `ExportConflictException`, `LimitExceededException`, `TableNotFoundException`,
   * `PointInTimeRecoveryUnavailableException` and `InvalidExportTimeException`.
   */
  start(body: JsonObject): Promise<ExportDescription> {
    const { ClientToken = this.#services.ids.hex(32), ...request } = read(exportMembers, body);
    checkSupported(request);
    return this.#starts(async () => {
      const job = this.#jobs.findByToken(ClientToken, request);
      if (job?.same === false) {
        throw new ExportConflictException({
          message: 'There was a different export request with the same client token',
          $metadata: {},
        });
      }
      return this.describe(job?.arn ?? (await this.#begin(ClientToken, request)));
    });
  }

  /** Throws `ExportNotFoundException`. */
  describe(arn: string): ExportDescription {
    const description = this.#jobs.describe(arn);
    if (description !== undefined) return description;
    throw new ExportNotFoundException({ message: `Export not found: ${arn}`, $metadata: {} });
  }

  async #begin(token: string, request: ExportRequest): Promise<string> {
    const { recovery, clock, ids, minWindowMs } = this.#services;
    if (!this.#jobs.hasRoom()) {
      throw new LimitExceededException({ message: 'Too many exports are in progress', $metadata: {} });
    }
    const { identity } = await this.#tableOf(request.TableArn);
    const times = decideExportTimes(request, await recovery(identity.name), minWindowMs);
    const arn = `${identity.arn}/export/${createJobId(clock, ids)}`;
    const begun: ExportDescription = {
      ExportArn: arn,
      ExportStatus: 'IN_PROGRESS',
      StartTime: new Date(clock.now()),
      TableArn: identity.arn,
      TableId: identity.tableId,
      ClientToken: token,
      S3Bucket: request.S3Bucket,
      ...whenDefined('S3BucketOwner', request.S3BucketOwner),
      ...whenDefined('S3Prefix', request.S3Prefix),
      S3SseAlgorithm: request.S3SseAlgorithm ?? 'AES256',
      ...whenDefined('S3SseKmsKeyId', request.S3SseKmsKeyId),
      ExportFormat: request.ExportFormat ?? 'DYNAMODB_JSON',
      ...times,
    };
    await this.#jobs.add(arn, { token, request, begun });
    this.#run(arn);
    return arn;
  }

  async #tableOf(arn: string): Promise<Table> {
    const name = parseTableArn(arn);
    if (name === undefined) throw validationError('TableArn is not the ARN of a table');
    const table = await describeTable(this.#services.dynamodb, name);
    if (table.identity.arn === arn) return table;
    throw new TableNotFoundException({ message: `Table not found: ${arn}`, $metadata: {} });
  }

  #run(arn: string): void {
    this.#jobs.run(arn, (job) =>
      this.#export(arn, job).catch((error: unknown) => ({ ExportStatus: 'FAILED', ...failureOf(error) })),
    );
  }

  async #export(arn: string, job: Job<ExportDescription>): Promise<ExportDescription> {
    const { buckets, ids } = this.#services;
    const { S3Bucket, S3Prefix = '', IncrementalExportSpecification } = job.begun;
    const store = buckets.get(S3Bucket ?? '');
    if (store === undefined) throw new JobFailure('S3NoSuchBucket', 'The specified bucket does not exist');
    const root = [dropTrailing(S3Prefix, '/'), 'AWSDynamoDB'].filter((part) => part !== '').join('/');
    const folder = `${root}/${arn.slice(arn.lastIndexOf('/') + 1)}`;
    await store.put(`${folder}/_started`, Buffer.alloc(0));
    const records = await this.#records(job.begun);
    const isIncremental = IncrementalExportSpecification !== undefined;
    // Incremental exports share one data folder: only the manifests say to which export a file belongs.
    const files = await writeDataFiles(store, ids, `${isIncremental ? root : folder}/data`, records);
    const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
    const EndTime = this.#jobs.endTime(job);
    const end = {
      EndTime,
      ItemCount: records.length,
      BilledSizeBytes: isIncremental ? Math.max(bytes, minExportBytes) : bytes,
    };
    const summary = summaryOf({ ...job.begun, ...end });
    return {
      ...end,
      ExportStatus: 'COMPLETED',
      ExportManifest: await writeManifests(store, folder, files, summary),
    };
  }

  async #records(description: ExportDescription): Promise<ExportRecord[]> {
    const { dynamodb, streams, clock } = this.#services;
    const table = await this.#tableOf(String(description.TableArn));
    if (table.identity.tableId !== description.TableId || table.streamArn === undefined) {
      throw new JobFailure('InternalServerError', 'The table or its stream no longer exists');
    }
    const { createdAt } = table.description;
    const keyNames = keyNamesOf(table.description);
    const history = { streams, clock, stream: table.streamArn, keyNames, createdAt };
    const specification = description.IncrementalExportSpecification;
    if (specification === undefined) {
      // The time is exclusive, like the end of a window: the next increment begins with this second.
      return readContent(dynamodb, table.identity.name, history, secondOf(description.ExportTime) - 1);
    }
    return readIncrement(history, {
      from: secondOf(specification.ExportFromTime),
      to: secondOf(specification.ExportToTime),
      oldImages: specification.ExportViewType === 'NEW_AND_OLD_IMAGES',
    });
  }
}

/** Throws ValidationException for options that embedded exports do not support. */
function checkSupported({ ExportFormat = 'DYNAMODB_JSON', FilterSpecification }: ExportRequest): void {
  if (ExportFormat !== 'DYNAMODB_JSON') {
    throw validationError(`The embedded runtime exports DYNAMODB_JSON, not ${ExportFormat}`);
  }
  if (FilterSpecification !== undefined)
    throw validationError('The embedded runtime does not support FilterSpecification');
}

/** The content of `manifest-summary.json`, without the key of the other manifest. */
function summaryOf(description: ExportDescription): object {
  const { IncrementalExportSpecification: window } = description;
  return {
    version: window === undefined ? '2020-06-30' : '2023-08-01',
    exportArn: description.ExportArn,
    startTime: description.StartTime,
    endTime: description.EndTime,
    tableArn: description.TableArn,
    tableId: description.TableId,
    ...(window === undefined
      ? { exportTime: description.ExportTime }
      : { exportFromTime: window.ExportFromTime, exportToTime: window.ExportToTime }),
    s3Bucket: description.S3Bucket,
    s3Prefix: description.S3Prefix ?? null,
    s3SseAlgorithm: description.S3SseAlgorithm,
    s3SseKmsKeyId: description.S3SseKmsKeyId ?? null,
    billedSizeBytes: description.BilledSizeBytes,
    itemCount: description.ItemCount,
    outputFormat: description.ExportFormat,
    ...(window !== undefined && { outputView: window.ExportViewType, exportType: description.ExportType }),
  };
}

/** The whole second of a date, epoch seconds: streams have no finer time. */
function secondOf(date: Date | undefined): number {
  return Math.floor((date?.getTime() ?? 0) / 1000);
}
