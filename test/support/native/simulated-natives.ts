import { backupArnOf, parseBackupArn, tableNameOf } from '../../../lambda/model/backup-arn.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { createBackupId, isBackupId } from '../../../lambda/model/ids.ts';
import type {
  ForeignQuery,
  NativeBackupRestore,
  NativeBackups,
} from '../../../lambda/native/native-backups.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';

interface SimulatedNative {
  readonly arn: string;
  readonly name: string;
  readonly table: string;
  readonly madeAt: number;
  status: 'CREATING' | 'AVAILABLE';
  tableId: string;
  inUse: boolean;
  /** @default a caller of DynamoDB made it */
  readonly type?: BackupRecord['type'] | undefined;
}

/** DynamoDB's own backups in memory, as DynamoDB's documentation describes them. */
export class SimulatedNatives implements NativeBackups {
  readonly #now: () => number;
  readonly backups = new Map<string, SimulatedNative>();
  readonly restores: NativeBackupRestore[] = [];
  /** The names of the calls, in order. */
  readonly calls: string[] = [];
  /** The TableIds of tables, by name. */
  readonly tables = new Map<string, string>();
  /** The error that `create` throws. If `done`, it makes the backup before it throws; otherwise it makes none. */
  failure: { readonly error: Error; readonly done: boolean } | undefined;
  /** While true, lists are empty. */
  lagging = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Completes all backups that are being made. */
  finish(): void {
    for (const backup of this.backups.values()) backup.status = 'AVAILABLE';
  }

  check(): void {}

  async create(table: string, name: string): Promise<string> {
    this.calls.push('create');
    const { failure } = this;
    if (failure?.done === false) throw failure.error;
    const tableId = this.tables.get(table);
    if (tableId === undefined) throw new TidemarkError('TableNotFound', `Table not found: ${table}`);
    const madeAt = this.#now();
    const arn = backupArnOf(
      `arn:aws:dynamodb:eu-west-1:123456789012:table/${table}`,
      createBackupId(madeAt, randomIds.hex(8)),
    );
    this.backups.set(arn, { arn, name, table, madeAt, status: 'CREATING', tableId, inUse: false });
    if (failure !== undefined) throw failure.error;
    return arn;
  }

  async find(table: string, name: string, since: number): Promise<readonly string[]> {
    this.calls.push('find');
    if (this.lagging) return [];
    return [...this.backups.values()]
      .filter((backup) => backup.table === table && backup.name === name && backup.madeAt >= since)
      .map(({ arn }) => arn);
  }

  async describe(arn: string) {
    this.calls.push('describe');
    const backup = this.backups.get(arn);
    return backup && { status: backup.status, tableId: backup.tableId, items: 7, bytes: 1900 };
  }

  async describeForeign(arn: string): Promise<BackupRecord | undefined> {
    const backup = this.backups.get(arn);
    return backup && toForeign(backup);
  }

  async listForeign({ table, from = 0, to = Infinity, limit, type = 'USER', after }: ForeignQuery) {
    const listed = [...this.backups.values()]
      .filter((backup) => table === undefined || backup.table === table)
      .filter(({ madeAt }) => madeAt >= from && madeAt < to)
      .map(toForeign)
      .filter((record) => type === 'ALL' || type === (record.type ?? 'USER'))
      .filter(({ id }) => after === undefined || id > after.id)
      .toSorted(({ id: one }, { id: other }) => (one < other ? -1 : 1));
    const last = listed.length > limit ? listed[limit - 1] : undefined;
    return {
      // DynamoDB's pages also have Tidemark's own backups, which the port leaves out.
      backups: listed.slice(0, limit).filter(({ name }) => !isBackupId(name)),
      ...(last && { upTo: { table: last.table.name, id: last.id, arn: last.arn } }),
    };
  }

  /** Makes a backup that Tidemark has not requested. */
  addForeign(tableArn: string, name: string, type?: BackupRecord['type']): string {
    const madeAt = this.#now();
    const arn = backupArnOf(
      tableArn,
      createBackupId(madeAt, type === 'SYSTEM' ? '00000000' : randomIds.hex(8)),
    );
    const table = tableNameOf(tableArn);
    const tableId = this.tables.get(table) ?? 'a-table';
    this.backups.set(arn, { arn, name, table, madeAt, status: 'AVAILABLE', tableId, inUse: false, type });
    return arn;
  }

  async delete(arn: string): Promise<void> {
    this.calls.push('delete');
    const backup = this.backups.get(arn);
    if (backup?.status === 'CREATING' || backup?.inUse === true) {
      throw new TidemarkError('BackupInUse', `Backup is being used: ${arn}`);
    }
    this.backups.delete(arn);
  }

  async restore(request: NativeBackupRestore) {
    this.restores.push(request);
    return { TableName: request.target };
  }
}

const plainTable = {
  keySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  attributeDefinitions: [],
  createdAt: 1_500_000_000_000,
  sizeBytes: 1900,
  itemCount: 7,
  billingMode: 'PAY_PER_REQUEST' as const,
  localSecondaryIndexes: [],
  globalSecondaryIndexes: [],
};

function toForeign({ arn, name, table, madeAt, status, tableId, type }: SimulatedNative): BackupRecord {
  const id = parseBackupArn(arn)?.id;
  if (id === undefined) throw new Error(`not the ARN of a backup: ${arn}`);
  return {
    id,
    arn,
    nativeArn: arn,
    name,
    table: { name: table, arn: arn.slice(0, arn.indexOf('/backup/')), tableId },
    description: plainTable,
    marker: madeAt,
    status,
    attempts: 1,
    internal: false,
    source: 'native',
    figures: { items: 7, bytes: 1900, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 },
    ...(type !== undefined && { type }),
    ...(type === 'SYSTEM' && { expiresAt: madeAt + 35 * 24 * 60 * 60 * 1000 }),
  };
}
