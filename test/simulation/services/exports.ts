import type {
  DescribeExportCommandInput,
  ExportDescription,
  ExportTableToPointInTimeCommandInput,
  UpdateContinuousBackupsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Ids } from '../../../lambda/runtime/ids.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import type { ExportRecord } from '../../../local/dynamodb/exports/content.ts';
import { writeDataFiles, writeManifests } from '../../../local/dynamodb/exports/files.ts';
import { itemOf, type SimulatedTable } from '../../support/sources/simulated-stream.ts';
import type { Faults } from '../faults.ts';
import { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import { ServiceError } from './service-error.ts';
import type { UserTable } from './table-plane.ts';
import type { UserTables } from './user-tables.ts';

const minuteMs = 60_000;

/** How long before now the latest restorable time is. */
const latestMs = 5 * minuteMs;

/** How long an export takes. */
const exportMs = { min: minuteMs, max: 10 * minuteMs } as const;

const windowMs = { min: 15 * minuteMs, max: 24 * 60 * minuteMs } as const;

/** The commands about recovery and exports. */
export const exportCommands: ReadonlySet<string> = new Set([
  'DescribeContinuousBackups',
  'UpdateContinuousBackups',
  'ExportTableToPointInTime',
  'DescribeExport',
]);

/** The simulated point-in-time recovery, and exports to the bucket. */
export class Exports {
  readonly #scheduler: Scheduler;
  readonly #tables: UserTables;
  readonly #store: ObjectStore;
  readonly #ids: Ids;
  readonly #isBlurred: boolean;
  readonly #seed: number;
  /** The earliest restorable time of each table, epoch ms, by the table's id. */
  readonly #enabledAt = new Map<string, number>();
  readonly #exports = new Map<string, ExportDescription>();

  constructor(
    {
      scheduler,
      faults,
      tables,
      store,
    }: { scheduler: Scheduler; faults: Faults; tables: UserTables; store: ObjectStore },
    ids: Ids,
    seed: number,
  ) {
    this.#scheduler = scheduler;
    this.#tables = tables;
    this.#store = store;
    this.#ids = ids;
    this.#isBlurred = faults.kinds.includes('blur');
    this.#seed = seed;
  }

  /** Returns the content of a snapshot that ends with an export of this time. */
  contentAt({ history }: SimulatedTable, time: number): Map<number, number> {
    const end = this.#boundary(time);
    const content = new Map<number, number>();
    for (const { at, key, after } of history) {
      if (at >= end) break;
      if (after === undefined) content.delete(key);
      else content.set(key, after);
    }
    return content;
  }

  /** True if all of a table's exports end exactly at the requested time. */
  get isExact(): boolean {
    return !this.#isBlurred;
  }

  /** Enables or disables a table's recovery. */
  update({ id }: UserTable, enabled: boolean): void {
    if (!enabled) this.#enabledAt.delete(id);
    else if (!this.#enabledAt.has(id)) this.#enabledAt.set(id, Math.ceil(this.#scheduler.now / 1000) * 1000);
  }

  answer(command: string, input: object): object {
    if (command === 'DescribeContinuousBackups') return this.#describeRecovery(input);
    if (command === 'UpdateContinuousBackups') {
      const request = input as UpdateContinuousBackupsCommandInput;
      this.update(
        this.#find(request),
        request.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true,
      );
      return this.#describeRecovery(request);
    }
    if (command === 'DescribeExport') {
      const { ExportArn: arn = '' } = input as DescribeExportCommandInput;
      return { ExportDescription: this.#exports.get(arn) };
    }
    return { ExportDescription: this.#start(input as ExportTableToPointInTimeCommandInput) };
  }

  #find({ TableName: name = '' }: { readonly TableName?: string | undefined }): UserTable {
    const table = this.#tables.plane.find(name.split('/').at(-1) ?? '')?.table;
    if (table === undefined) throw new ServiceError('TableNotFoundException', `Table not found: ${name}`);
    return table;
  }

  #times({ id }: UserTable): { readonly earliest: number; readonly latest: number } | undefined {
    const earliest = this.#enabledAt.get(id);
    if (earliest === undefined) return undefined;
    return {
      earliest,
      latest: Math.max(earliest, Math.floor((this.#scheduler.now - latestMs) / 1000) * 1000),
    };
  }

  #describeRecovery(input: { readonly TableName?: string | undefined }): object {
    const times = this.#times(this.#find(input));
    const PointInTimeRecoveryDescription =
      times === undefined
        ? { PointInTimeRecoveryStatus: 'DISABLED' }
        : {
            PointInTimeRecoveryStatus: 'ENABLED',
            EarliestRestorableDateTime: new Date(times.earliest),
            LatestRestorableDateTime: new Date(times.latest),
          };
    return {
      ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription },
    };
  }

  #start(request: ExportTableToPointInTimeCommandInput): ExportDescription {
    const { ClientToken: token = '', TableArn: arn = '', IncrementalExportSpecification: window } = request;
    const repeated = this.#exports.get(`${arn}/export/${token}`);
    if (repeated !== undefined) return repeated;
    const table = this.#find({ TableName: arn });
    const times = this.#times(table);
    if (times === undefined)
      throw new ServiceError(
        'PointInTimeRecoveryUnavailableException',
        'Point in time recovery is not enabled',
      );
    const asked = [request.ExportTime, window?.ExportFromTime, window?.ExportToTime].filter(
      (time) => time !== undefined,
    );
    for (const time of asked.map((date) => date.getTime())) {
      if (time < times.earliest || time > times.latest || time % 1000 > 0)
        throw new ServiceError('InvalidExportTimeException', 'The time cannot be exported');
    }
    const length = Number(window?.ExportToTime) - Number(window?.ExportFromTime);
    if (window !== undefined && (length < windowMs.min || length > windowMs.max))
      throw new ServiceError('ValidationException', 'The window is too short or too long');
    const begun: ExportDescription = {
      ...request,
      ExportArn: `${arn}/export/${token}`,
      ExportStatus: 'IN_PROGRESS',
      TableId: table.id,
      StartTime: new Date(this.#scheduler.now),
    };
    this.#exports.set(String(begun.ExportArn), begun);
    this.#scheduler.after(
      this.#scheduler.random.between(exportMs.min, exportMs.max),
      () => void this.#end(table, begun),
    );
    return begun;
  }

  async #end({ model }: UserTable, begun: ExportDescription): Promise<void> {
    const {
      ExportArn: arn = '',
      S3Prefix: prefix,
      ExportTime: time,
      IncrementalExportSpecification: window,
    } = begun;
    const root = `${prefix}/AWSDynamoDB`;
    const folder = `${root}/${arn.slice(arn.lastIndexOf('/') + 1)}`;
    const records =
      window === undefined
        ? fullRecords(this.contentAt(model, Number(time)))
        : changeRecords(
            this.contentAt(model, Number(window.ExportFromTime)),
            this.contentAt(model, Number(window.ExportToTime)),
          );
    const files = await writeDataFiles(this.#store, this.#ids, `${folder}/data`, records);
    const summary = {
      ...(window === undefined
        ? { version: '2020-06-30', exportTime: time }
        : {
            version: '2023-08-01',
            exportFromTime: window.ExportFromTime,
            exportToTime: window.ExportToTime,
            outputView: window.ExportViewType,
            exportType: begun.ExportType,
          }),
      tableArn: begun.TableArn,
      tableId: begun.TableId,
      itemCount: records.length,
      outputFormat: begun.ExportFormat,
    };
    this.#exports.set(arn, {
      ...begun,
      ExportStatus: 'COMPLETED',
      ItemCount: records.length,
      BilledSizeBytes: records.length,
      ExportManifest: await writeManifests(this.#store, folder, files, summary),
    });
    this.#scheduler.record(`export ${arn} has ended`);
  }

  /** Returns the true end of an export: the same for all exports of one time, and less than a minute off. */
  #boundary(time: number): number {
    if (!this.#isBlurred) return time;
    return time + new Random(this.#seed ^ (time / 1000)).between(-59, 59) * 1000;
  }
}

type Content = ReadonlyMap<number, number>;

function fullRecords(content: Content): ExportRecord[] {
  return [...content].map(([key, value]) => ({
    key: `k${key}`,
    line: { Item: itemOf(key, value) },
    bytes: 1,
  }));
}

function changeRecords(before: Content, after: Content): ExportRecord[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => {
      const [old, present] = [before.get(key), after.get(key)];
      const line = {
        Metadata: { WriteTimestampMicros: { N: '1' } },
        Keys: { pk: { S: `k${key}` } },
        ...(old !== undefined && { OldImage: itemOf(key, old) }),
        ...(present !== undefined && { NewImage: itemOf(key, present) }),
      };
      return { key: `k${key}`, line, bytes: 1 };
    });
}
