import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { type Answer, call, type Json, ok } from './http.ts';

/** How long a backup, a restore or a time that can be restored may take. */
const patience = { timeout: 60_000, interval: 25 };

/** Asks until the answer is not false; that is given back. */
export function eventually<T>(ask: () => T | Promise<T>): Promise<Exclude<T, false>> {
  return vi.waitUntil(ask, patience) as Promise<Exclude<T, false>>;
}

/** Of a table with the key `id` and a stream. */
export const simpleTable = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
};

/** What tests do at a DynamoDB endpoint, by its wire alone. */
export class Wire {
  readonly #prefix = randomUUID().slice(0, 8);
  readonly #urlOf: () => string;

  constructor(urlOf: () => string) {
    this.#urlOf = urlOf;
  }

  get url(): string {
    return this.#urlOf();
  }

  /** A table's name that no other test has. */
  named(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  call(operation: string, body: unknown, more: OutgoingHttpHeaders = {}): Promise<Answer> {
    return call(this.url, operation, body, more);
  }

  ok(operation: string, body: unknown): Promise<Json> {
    return ok(this.url, operation, body);
  }

  /** Makes a table of that name of the tests'; gives its whole name back. */
  async table(name: string, more: Json = {}): Promise<string> {
    const TableName = this.named(name);
    await this.ok('CreateTable', { TableName, ...simpleTable, ...more });
    return TableName;
  }

  /** Ends the table, and waits until its name is free. */
  async drop(TableName: string): Promise<void> {
    await this.ok('DeleteTable', { TableName });
    await eventually(async () => (await this.call('DescribeTable', { TableName })).status === 400);
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

  remove(TableName: string, n: number): Promise<Json> {
    return this.ok('DeleteItem', { TableName, Key: { id: { S: itemId(n) } } });
  }

  /** All items as `id=note`, sorted. */
  async content(TableName: string): Promise<string[]> {
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

  /** Asks for a backup; gives its ARN back. */
  async createBackup(TableName: string, BackupName = 'nightly'): Promise<string> {
    return arnOf(await this.ok('CreateBackup', { TableName, BackupName }));
  }

  async detailsOf(BackupArn: string): Promise<Json> {
    const { BackupDescription } = await this.ok('DescribeBackup', { BackupArn });
    return (BackupDescription as Json)['BackupDetails'] as Json;
  }

  /** The details of the backup when it is no longer being made. */
  ended(arn: string): Promise<Json> {
    return eventually(async () => {
      const details = await this.detailsOf(arn);
      return details['BackupStatus'] !== 'CREATING' && details;
    });
  }

  async available(arn: string): Promise<Json> {
    const details = await this.ended(arn);
    if (details['BackupStatus'] !== 'AVAILABLE') throw new Error(`it failed: ${JSON.stringify(details)}`);
    return details;
  }

  /** A backup that is there. */
  async backup(table: string, name?: string): Promise<string> {
    const arn = await this.createBackup(table, name);
    await this.available(arn);
    return arn;
  }

  restore(BackupArn: string, TargetTableName: string, more: Json = {}): Promise<Answer> {
    return this.call('RestoreTableFromBackup', { BackupArn, TargetTableName, ...more });
  }

  /** A table that is restored; gives its whole name back. */
  async restored(BackupArn: string, name: string, more: Json = {}): Promise<string> {
    const TargetTableName = this.named(name);
    await this.ok('RestoreTableFromBackup', { BackupArn, TargetTableName, ...more });
    await this.active(TargetTableName);
    return TargetTableName;
  }

  /** The table when it is ACTIVE. */
  active(TableName: string): Promise<Json> {
    return eventually(async () => {
      const { Table } = await this.ok('DescribeTable', { TableName });
      return (Table as Json)['TableStatus'] === 'ACTIVE' && (Table as Json);
    });
  }

  /** What becomes of a table that is being restored: it is ACTIVE, or gone. */
  outcome(TableName: string): Promise<'ACTIVE' | 'gone'> {
    return eventually(async () => {
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
  async recovery(TableName: string): Promise<Json> {
    const { ContinuousBackupsDescription } = await this.ok('DescribeContinuousBackups', { TableName });
    return (ContinuousBackupsDescription as Json)['PointInTimeRecoveryDescription'] as Json;
  }

  /** A table with point-in-time recovery that has begun. */
  async recoverable(name: string): Promise<string> {
    const table = await this.table(name);
    await this.switchRecovery(table, true);
    await eventually(async () => (await this.recovery(table))['LatestRestorableDateTime'] !== undefined);
    return table;
  }

  /** Waits until all that was written before now can be restored. */
  async caughtUp(table: string): Promise<void> {
    const now = Date.now() / 1000;
    await eventually(async () => Number((await this.recovery(table))['LatestRestorableDateTime']) >= now);
  }
}

function itemId(n: number): string {
  return `item-${String(n).padStart(6, '0')}`;
}

/** The ARN that CreateBackup answers with. */
export function arnOf(answer: Json): string {
  return String((answer['BackupDetails'] as Json)['BackupArn']);
}

/** The embedded runtime on an empty home, in this process, for all tests of the file. */
export function embeddedWire(): Wire {
  let runtime: Runtime | undefined;
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tidemark-wire-'));
    runtime = await startRuntime({ port: 0, home, definitions: inject('definitions'), log: silentLog });
  });
  afterAll(async () => {
    await runtime?.close();
    await rm(home, { recursive: true, force: true });
  });
  return new Wire(() => {
    if (runtime === undefined) throw new Error('the runtime was not started');
    return runtime.url;
  });
}
