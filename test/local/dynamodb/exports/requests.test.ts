import {
  DeleteTableCommand,
  ExportConflictException,
  ExportNotFoundException,
  type ExportTableToPointInTimeInput,
  ImportNotFoundException,
  InvalidExportTimeException,
  LimitExceededException,
  PointInTimeRecoveryUnavailableException,
  TableNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../../lambda/storage/object-store.ts';
import { useDatabase } from '../../../support/database.ts';
import { shape } from '../../../support/fixture.ts';
import { runExport, setUp, tableOf } from './support.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';

const database = useDatabase();
let TableArn: string;
beforeAll(async () => {
  TableArn = (await tableOf(database, shape)).arn;
});

const hourMs = 3_600_000;

/** A store in which no job that begins comes to its end, as in a process that is killed. */
function stuck(store: ObjectStore): ObjectStore {
  return { ...store, put: () => new Promise(() => {}) };
}

describe('the client token of an export', () => {
  it('returns the same export for the same request, even after its end and after a restart', async () => {
    const set = await setUp(database);
    const { exports } = set;
    const input = { TableArn, S3Bucket: 'bucket', ClientToken: 'once', ExportTime: new Date() };
    const { ExportDescription: first } = await exports.exportTableToPointInTime(input);
    const { ExportDescription: again } = await exports.exportTableToPointInTime(input);
    await exports.idle();
    const { ExportDescription: after } = await exports.exportTableToPointInTime(input);
    const { ExportDescription: later } = await (await set.reopen()).exportTableToPointInTime(input);
    expect([again, after, later].map((one) => one?.ExportArn)).toEqual(Array(3).fill(first?.ExportArn));
    expect([after, later].map((one) => one?.ExportStatus)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  it('starts only one export for concurrent requests', async () => {
    const { exports } = await setUp(database);
    const input = { TableArn, S3Bucket: 'bucket', ClientToken: 'once' };
    const begun = await Promise.all([1, 2, 3].map(() => exports.exportTableToPointInTime(input)));
    expect(new Set(begun.map((one) => one.ExportDescription?.ExportArn)).size).toBe(1);
  });

  it('is rejected for another request, and expires after 8 hours', async () => {
    const clock = new SimulatedClock();
    const { exports } = await setUp(database, { clock });
    const input = { TableArn, S3Bucket: 'bucket', ClientToken: 'once' };
    const { ExportDescription: first } = await exports.exportTableToPointInTime(input);
    const other = { ...input, S3Prefix: 'elsewhere' };
    await expect(exports.exportTableToPointInTime(other)).rejects.toThrow(ExportConflictException);
    clock.advance(9 * hourMs);
    const { ExportDescription: second } = await exports.exportTableToPointInTime(other);
    expect(second?.ExportArn).not.toBe(first?.ExportArn);
  });

  it('is generated for each request without one, so each such request starts another export', async () => {
    const { exports } = await setUp(database);
    const [first, second] = [await runExport(exports, { TableArn }), await runExport(exports, { TableArn })];
    expect(first.ExportArn).not.toBe(second.ExportArn);
    expect(first.ClientToken).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("an export's status", () => {
  it('is IN_PROGRESS, without counts, while the job runs, then COMPLETED with the counts', async () => {
    const clock = new SimulatedClock();
    const { exports } = await setUp(database, { clock, minJobMs: hourMs });
    const begun = await runExport(exports, {
      TableArn,
      S3SseAlgorithm: 'KMS',
      S3SseKmsKeyId: 'key',
      S3BucketOwner: '1',
    });
    expect(begun).toMatchObject({ ExportStatus: 'IN_PROGRESS', S3SseAlgorithm: 'KMS', S3SseKmsKeyId: 'key' });
    expect(begun).toMatchObject({ S3BucketOwner: '1', TableArn, ExportFormat: 'DYNAMODB_JSON' });
    for (const member of ['EndTime', 'ItemCount', 'BilledSizeBytes', 'ExportManifest', 'ExportType']) {
      expect(begun).not.toHaveProperty(member);
    }
    expect(begun.ExportArn).toMatch(/^.*:table\/table-[0-9a-f]+\/export\/\d{14}-[0-9a-f]{8}$/);
    clock.advance(hourMs);
    const { ExportDescription: end } = await exports.describeExport({ ExportArn: begun.ExportArn });
    expect(end).toMatchObject({ ExportStatus: 'COMPLETED', ItemCount: 0, BilledSizeBytes: 0 });
    expect(Number(end?.EndTime) - Number(end?.StartTime)).toBe(hourMs);
  });

  it('becomes COMPLETED in the next process if the first one was killed', async () => {
    const set = await setUp(database);
    const { exports, store } = set;
    const killed = await set.reopen({ buckets: new Map([['bucket', stuck(store)]]) });
    const { ExportDescription: begun } = await killed.exportTableToPointInTime({
      TableArn,
      S3Bucket: 'bucket',
    });
    const { ExportArn } = begun ?? {};
    await expect(exports.describeExport({ ExportArn })).rejects.toThrow(ExportNotFoundException);
    const next = await set.reopen();
    await next.idle();
    const { ExportDescription: end } = await next.describeExport({ ExportArn });
    expect(end).toMatchObject({ ...begun, ExportStatus: 'COMPLETED' });
  });
});

describe('a request for an export', () => {
  const from = (ms: number, ExportToTime?: Date): Partial<ExportTableToPointInTimeInput> => ({
    ExportType: 'INCREMENTAL_EXPORT',
    IncrementalExportSpecification: {
      ExportFromTime: new Date(Date.now() - ms),
      ...(ExportToTime && { ExportToTime }),
    },
  });

  const expectRefused = async (
    input: object,
    refusal: unknown,
    options: Parameters<typeof setUp>[1] = {},
  ): Promise<void> => {
    const { exports } = await setUp(database, options);
    const started = exports.exportTableToPointInTime({ TableArn, S3Bucket: 'bucket', ...input });
    await expect(started).rejects.toEqual(refusal);
  };

  it.each([
    ['a window that is too short', from(60_000)],
    ['a window that is too long', from(25 * hourMs)],
    ['a window that ends before it begins', from(0, new Date(Date.now() - hourMs))],
    ['a window without a beginning', { ...from(hourMs), IncrementalExportSpecification: {} }],
    ['an increment without a window', { ExportType: 'INCREMENTAL_EXPORT' }],
    ['a window without an increment', { ...from(hourMs), ExportType: 'FULL_EXPORT' }],
    ['an increment of one time', { ...from(hourMs), ExportTime: new Date() }],
    ['another format', { ExportFormat: 'ION' }],
    ['a filter', { FilterSpecification: { FilterExpression: 'a = b' } }],
    ['an unknown algorithm', { S3SseAlgorithm: 'none' }],
    ['what is no ARN', { TableArn: 'table' }],
    ['no bucket', { S3Bucket: undefined }],
  ])('is rejected for %s', async (_what, input) => {
    const refusal = expect.objectContaining({ name: 'ValidationException' }) as unknown;
    await expectRefused(input, refusal, { minWindowMs: 15 * 60_000 });
  });

  it('is rejected if the table does not exist', async () => {
    const { name, arn } = await tableOf(database, shape);
    await database.dynamodb.send(new DeleteTableCommand({ TableName: name }));
    await expectRefused({ TableArn: arn }, expect.any(TableNotFoundException));
    const elsewhere = TableArn.replace(/dynamodb:[^:]*/, 'dynamodb:elsewhere');
    await expectRefused({ TableArn: elsewhere }, expect.any(TableNotFoundException));
  });

  it('is rejected if recovery is disabled or does not reach the time', async () => {
    for (const enabled of [false, true]) {
      const timeless = async () => ({ enabled });
      await expectRefused({}, expect.any(PointInTimeRecoveryUnavailableException), { recovery: timeless });
    }
    const [earliest, latest] = [Date.now() - hourMs, Date.now()];
    const recovery = async () => ({ enabled: true, earliest, latest });
    for (const input of [
      { ExportTime: new Date(earliest - 1) },
      { ExportTime: new Date(latest + 1) },
      from(2 * hourMs),
      from(hourMs / 2, new Date(latest + 1000)),
    ]) {
      await expectRefused(input, expect.any(InvalidExportTimeException), { recovery });
    }
  });

  it('while the maximum number of exports is in progress', async () => {
    const { exports } = await setUp(database, { minJobMs: hourMs });
    const input = { TableArn, S3Bucket: 'another' };
    for (let n = 0; n < 300; n++) await exports.exportTableToPointInTime(input);
    await expect(exports.exportTableToPointInTime(input)).rejects.toThrow(LimitExceededException);
  });
});

describe('the list of exports', () => {
  it('contains each export once, page by page, for one table or for all', async () => {
    const { exports } = await setUp(database);
    const other = (await tableOf(database, shape)).arn;
    const arns: string[] = [];
    for (const arn of [TableArn, other, TableArn, TableArn]) {
      arns.push(String((await runExport(exports, { TableArn: arn })).ExportArn));
    }
    const found = [];
    let next: string | undefined;
    do {
      const page = await exports.listExports({ TableArn, MaxResults: 2, NextToken: next });
      found.push(...(page.ExportSummaries ?? []));
      next = page.NextToken;
    } while (next !== undefined);
    const own = arns.filter((arn) => arn.startsWith(TableArn)).sort();
    expect(found).toEqual(own.map((ExportArn) => ({ ExportArn, ExportStatus: 'COMPLETED' })));
    expect((await exports.listExports({})).ExportSummaries).toHaveLength(4);
    await expect(exports.listExports({ MaxResults: 26 })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('refuses a token that no page of the same list has returned', async () => {
    const { exports } = await setUp(database);
    for (const _ of [1, 2]) await runExport(exports, { TableArn });
    const { NextToken = '' } = await exports.listExports({ TableArn, MaxResults: 1 });
    const { ExportSummaries: [first] = [] } = await exports.listExports({ TableArn, MaxResults: 1 });
    const forged = [
      '',
      'x',
      String(first?.ExportArn),
      NextToken.slice(1),
      `${NextToken}0`,
      `0${NextToken.slice(1)}`,
    ];
    const refusal = expect.objectContaining({ name: 'ValidationException' });
    for (const token of forged.filter((token) => token !== NextToken)) {
      await expect(exports.listExports({ TableArn, NextToken: token })).rejects.toEqual(refusal);
      await expect(exports.listImports({ NextToken: token })).rejects.toEqual(refusal);
    }
    await expect(exports.listExports({ NextToken })).rejects.toEqual(refusal);
    await expect(exports.listImports({ TableArn, NextToken })).rejects.toEqual(refusal);
    expect((await exports.listExports({ TableArn, NextToken })).ExportSummaries).toHaveLength(1);
  });

  it('does not contain exports or imports of other accounts and tables', async () => {
    const { exports } = await setUp(database);
    const ExportArn = `${TableArn}/export/01700000000000-00000000`;
    await expect(exports.describeExport({ ExportArn })).rejects.toThrow(ExportNotFoundException);
    const ImportArn = `${TableArn}/import/01700000000000-00000000`;
    await expect(exports.describeImport({ ImportArn })).rejects.toThrow(ImportNotFoundException);
  });
});
