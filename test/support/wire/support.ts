import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { findDatabaseFile } from '../../../local/dynamodb/embedded-database.ts';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { SimulatedClock } from '../simulated-clock.ts';
import { type Answer, call, type Json, ok, operations } from './http.ts';

/** How long to wait for a backup, a restore or a restorable time. */
const patience = { timeout: 60_000, interval: 25 };

/** Calls `ask` until it returns a value other than false, and returns that value. */
export function eventually<T>(ask: () => T | Promise<T>, waiting = patience): Promise<Exclude<T, false>> {
  return vi.waitUntil(ask, waiting) as Promise<Exclude<T, false>>;
}

/** The parameters of a table with the key `id` and a stream. */
export const simpleTable = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
};

/** The address of an endpoint, and the clock that it and its database use: the system's if it is a process of its own. */
export interface Place {
  readonly url: string;
  readonly clock?: SimulatedClock;
  /** The DynamoDB with the tables. @default the same endpoint */
  readonly tablesUrl?: string;
  /** How long to wait for a condition, and between two checks of it, in ms. @default a minute, 25 ms */
  readonly waiting?: { readonly timeout: number; readonly interval: number };
}

/** A DynamoDB endpoint that tests use only over HTTP. */
export class Wire {
  readonly #prefix = randomUUID().slice(0, 8);
  readonly #findPlace: () => Place;

  constructor(findPlace: () => Place) {
    this.#findPlace = findPlace;
  }

  get url(): string {
    return this.#findPlace().url;
  }

  /** The clock that the endpoint and its database use. */
  get clock(): SimulatedClock {
    const { clock } = this.#findPlace();
    if (clock === undefined) throw new Error('the endpoint goes by the system clock');
    return clock;
  }

  /** Makes a table name that no other test has. */
  uniqueName(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  call(operation: string, body: unknown, more: OutgoingHttpHeaders = {}): Promise<Answer> {
    return call(this.#findUrl(operation), operation, body, more);
  }

  ok(operation: string, body: unknown): Promise<Json> {
    return ok(this.#findUrl(operation), operation, body);
  }

  #findUrl(operation: string): string {
    const { url, tablesUrl = url } = this.#findPlace();
    return operations.includes(operation) ? url : tablesUrl;
  }

  #eventually<T>(ask: () => T | Promise<T>): Promise<Exclude<T, false>> {
    return eventually(ask, this.#findPlace().waiting);
  }

  /** Creates a table and returns its whole name. */
  async createTable(name: string, more: Json = {}): Promise<string> {
    const TableName = this.uniqueName(name);
    await this.ok('CreateTable', { TableName, ...simpleTable, ...more });
    return TableName;
  }

  /** Deletes a table and waits until its name is free. */
  async dropTable(TableName: string): Promise<void> {
    await this.ok('DeleteTable', { TableName });
    await this.#eventually(async () => (await this.call('DescribeTable', { TableName })).status === 400);
  }

  /** Writes `count` items from number `from` on. */
  async fill(table: string, count: number, note = 'first', from = 0): Promise<void> {
    for (let i = from; i < from + count; i += 25) {
      const puts = Array.from({ length: Math.min(25, from + count - i) }, (_, n) => ({
        PutRequest: { Item: { id: { S: itemId(i + n) }, note: { S: note } } },
      }));
      await this.ok('BatchWriteItem', { RequestItems: { [table]: puts } });
    }
  }

  removeItem(TableName: string, n: number): Promise<Json> {
    return this.ok('DeleteItem', { TableName, Key: { id: { S: itemId(n) } } });
  }

  /** Reads all items as `id=note`, sorted. */
  async readContent(TableName: string): Promise<string[]> {
    const lines: string[] = [];
    let page: Json = {};
    do {
      page = await this.ok('Scan', {
        TableName,
        ConsistentRead: true,
        ExclusiveStartKey: page['LastEvaluatedKey'],
      });
      const items = page['Items'] as { id: { S: string }; note?: { S: string } }[];
      lines.push(...items.map(({ id, note }) => `${id.S}=${note?.S}`));
    } while (page['LastEvaluatedKey'] !== undefined);
    return lines.sort();
  }

  /** Requests a backup and returns its ARN. */
  async createBackup(TableName: string, BackupName = 'nightly'): Promise<string> {
    return arnOf(await this.ok('CreateBackup', { TableName, BackupName }));
  }

  async describeBackup(BackupArn: string): Promise<Json> {
    const { BackupDescription } = await this.ok('DescribeBackup', { BackupArn });
    return (BackupDescription as Json)['BackupDetails'] as Json;
  }

  /** Waits until the backup is no longer CREATING, and returns its details. */
  waitForEnd(arn: string): Promise<Json> {
    return this.#eventually(async () => {
      const details = await this.describeBackup(arn);
      return details['BackupStatus'] !== 'CREATING' && details;
    });
  }

  async waitUntilAvailable(arn: string): Promise<Json> {
    const details = await this.waitForEnd(arn);
    if (details['BackupStatus'] !== 'AVAILABLE') throw new Error(`it failed: ${JSON.stringify(details)}`);
    return details;
  }

  /** Creates a backup, waits until it is AVAILABLE, and returns its ARN. */
  async backUp(table: string, name?: string): Promise<string> {
    const arn = await this.createBackup(table, name);
    await this.waitUntilAvailable(arn);
    return arn;
  }

  restore(BackupArn: string, TargetTableName: string, more: Json = {}): Promise<Answer> {
    return this.call('RestoreTableFromBackup', { BackupArn, TargetTableName, ...more });
  }

  /** Restores a table, waits until it is ACTIVE, and returns its whole name. */
  async restoreTable(BackupArn: string, name: string, more: Json = {}): Promise<string> {
    const TargetTableName = this.uniqueName(name);
    await this.ok('RestoreTableFromBackup', { BackupArn, TargetTableName, ...more });
    await this.waitUntilActive(TargetTableName);
    return TargetTableName;
  }

  /** Waits until the table is ACTIVE, and returns its description. */
  waitUntilActive(TableName: string): Promise<Json> {
    return this.#eventually(async () => {
      const { Table } = await this.ok('DescribeTable', { TableName });
      return (Table as Json)['TableStatus'] === 'ACTIVE' && (Table as Json);
    });
  }

  /** Waits until a table that is being restored is ACTIVE or gone. */
  waitForOutcome(TableName: string): Promise<'ACTIVE' | 'gone'> {
    return this.#eventually(async () => {
      const answer = await this.call('DescribeTable', { TableName });
      if (answer.status === 400) return 'gone';
      return (answer.json['Table'] as Json)['TableStatus'] === 'ACTIVE' && 'ACTIVE';
    });
  }

  async list(body: Json = {}): Promise<{ arns: string[]; last: unknown }> {
    const { BackupSummaries, LastEvaluatedBackupArn } = await this.ok('ListBackups', body);
    const arns = (BackupSummaries as Json[]).map(({ BackupArn }) => String(BackupArn));
    return { arns, last: LastEvaluatedBackupArn };
  }

  switchRecovery(TableName: string, on: boolean, more: Json = {}): Promise<Answer> {
    return this.call('UpdateContinuousBackups', {
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: on, ...more },
    });
  }

  /** The table's PointInTimeRecoveryDescription. */
  async describeRecovery(TableName: string): Promise<Json> {
    const { ContinuousBackupsDescription } = await this.ok('DescribeContinuousBackups', { TableName });
    return (ContinuousBackupsDescription as Json)['PointInTimeRecoveryDescription'] as Json;
  }

  /** Creates a table and enables its point-in-time recovery. */
  async createRecoverableTable(name: string): Promise<string> {
    const table = await this.createTable(name);
    await this.switchRecovery(table, true);
    await this.#eventually(
      async () => (await this.describeRecovery(table))['LatestRestorableDateTime'] !== undefined,
    );
    return table;
  }

  /** Advances the clock until all writes before now can be restored. */
  async waitUntilRestorable(table: string): Promise<void> {
    const { clock } = this.#findPlace();
    const now = (clock?.now() ?? Date.now()) / 1000;
    clock?.advance(2000);
    await this.#eventually(
      async () => Number((await this.describeRecovery(table))['LatestRestorableDateTime']) >= now,
    );
  }

  /** Advances the clock until the next whole second is over, and returns that second. */
  passSecond(): number {
    const second = Math.floor(this.clock.now() / 1000) + 1;
    this.clock.advanceTo((second + 1) * 1000);
    return second;
  }
}

function itemId(n: number): string {
  return `item-${String(n).padStart(6, '0')}`;
}

/** Returns the ARN in the answer to CreateBackup. */
export function arnOf(answer: Json): string {
  return String((answer['BackupDetails'] as Json)['BackupArn']);
}

/** Starts the embedded runtime on an empty home, in this process, for all tests of the file. */
export function useRuntime(): Wire {
  const clock = new SimulatedClock();
  let runtime: Runtime | undefined;
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tidemark-wire-'));
    runtime = await startSimulated(home, clock);
  });
  afterAll(async () => {
    await runtime?.close();
    await rm(home, { recursive: true, force: true });
  });
  return new Wire(() => {
    if (runtime === undefined) throw new Error('the runtime was not started');
    return { url: runtime.url, clock };
  });
}

/** Starts the embedded runtime on a home. It and its database use the clock. */
export async function startSimulated(home: string, clock: SimulatedClock, log = silentLog): Promise<Runtime> {
  const runtime = await startRuntime({
    port: 0,
    home,
    clock,
    log,
  });
  clock.drive(findDatabaseFile(home));
  const close = async (): Promise<void> => {
    clock.release();
    await runtime.close();
  };
  return { ...runtime, close };
}
