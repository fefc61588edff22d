import { backupArnOf } from '../../../lambda/model/backup-arn.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';
import type { NativeBackupRestore, NativeBackups } from '../../../lambda/native/native-backups.ts';
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
}

/** DynamoDB's own backups in memory, as DynamoDB's documentation describes them. */
export class SimulatedNatives implements NativeBackups {
  readonly #now: () => number;
  readonly backups = new Map<string, SimulatedNative>();
  readonly restores: NativeBackupRestore[] = [];
  /** The names of the calls, in order. */
  readonly calls: string[] = [];
  /** TableIds by name. */
  readonly tables = new Map<string, string>();
  /** What `create` throws: after it has made the backup if `done`, else without making one. */
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
