import type {
  BatchWriteItemInput,
  BatchWriteItemOutput,
  CreateBackupInput,
  CreateBackupOutput,
  CreateTableInput,
  CreateTableOutput,
  DeleteBackupInput,
  DeleteBackupOutput,
  DeleteTableInput,
  DeleteTableOutput,
  DescribeBackupInput,
  DescribeBackupOutput,
  DescribeContinuousBackupsInput,
  DescribeContinuousBackupsOutput,
  DescribeTableInput,
  DescribeTableOutput,
  ListBackupsInput,
  ListBackupsOutput,
  RestoreTableFromBackupInput,
  RestoreTableFromBackupOutput,
  RestoreTableToPointInTimeInput,
  RestoreTableToPointInTimeOutput,
  ScanInput,
  ScanOutput,
  UpdateContinuousBackupsInput,
  UpdateContinuousBackupsOutput,
} from '@aws-sdk/client-dynamodb';

/**
 * The calls of the suite, in the shapes of the service model. The suite uses no binary values: each client represents them
 * differently.
 */
export interface Calls {
  CreateBackup: [CreateBackupInput, CreateBackupOutput];
  DescribeBackup: [DescribeBackupInput, DescribeBackupOutput];
  ListBackups: [ListBackupsInput, ListBackupsOutput];
  DeleteBackup: [DeleteBackupInput, DeleteBackupOutput];
  RestoreTableFromBackup: [RestoreTableFromBackupInput, RestoreTableFromBackupOutput];
  RestoreTableToPointInTime: [RestoreTableToPointInTimeInput, RestoreTableToPointInTimeOutput];
  DescribeContinuousBackups: [DescribeContinuousBackupsInput, DescribeContinuousBackupsOutput];
  UpdateContinuousBackups: [UpdateContinuousBackupsInput, UpdateContinuousBackupsOutput];
  DescribeTable: [DescribeTableInput, DescribeTableOutput];
  CreateTable: [CreateTableInput, CreateTableOutput];
  DeleteTable: [DeleteTableInput, DeleteTableOutput];
  BatchWriteItem: [BatchWriteItemInput, BatchWriteItemOutput];
  Scan: [ScanInput, ScanOutput];
}

export type Operation = keyof Calls;

/** DynamoDB's own operations, which a deployment does not answer: they go to the DynamoDB with the tables. */
const tableOperations: ReadonlySet<Operation> = new Set<Operation>([
  'CreateTable',
  'DeleteTable',
  'BatchWriteItem',
  'Scan',
]);

/** Where a call goes: to the Tidemark under test, or to the DynamoDB whose tables it backs up. */
export function placeOf(operation: Operation): 'tidemark' | 'tables' {
  return tableOperations.has(operation) ? 'tables' : 'tidemark';
}

/** An official client of DynamoDB. It takes and returns times as `Date`; some clients cut them to seconds. */
export interface Client {
  /** A text that the names of this client's tables contain. */
  readonly name: string;
  /**
   * Calls an operation of DynamoDB, or of Tidemark at this path of its endpoint. Throws `ServiceError` if the service answers
   * with an error.
   *
   * @default path '/'
   */
  call<K extends Operation>(operation: K, input: Calls[K][0], path?: string): Promise<Calls[K][1]>;
}

/** Returns the URL that a client must use as its endpoint to send requests to a path. */
export function urlAt(url: string, path: string | undefined): string {
  return path === undefined ? url : url.replace(/\/?$/, path);
}

/** An error of the service, as the client reports it. */
export class ServiceError extends Error {
  /** The name of the class that the client throws for the error, or the error's own name if there is no such class. */
  readonly exception: string;
  readonly text: string;

  constructor(exception: string, text: string) {
    super(`${exception}: ${text}`);
    this.name = 'ServiceError';
    this.exception = exception;
    this.text = text;
  }
}

/** Parses an answer in JSON, with dates in place of epoch seconds or ISO times. */
export function parseAnswer(json: string): unknown {
  return JSON.parse(json, (name, value: unknown) => {
    if (!name.endsWith('DateTime')) return value;
    if (typeof value === 'number') return new Date(Math.round(value * 1000));
    return typeof value === 'string' ? new Date(value) : value;
  });
}
