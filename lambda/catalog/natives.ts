import type { Clock } from '../runtime/clock.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import type { BackupId, BackupRecord, Figures } from '../model/records.ts';
import { keys } from './schema.ts';

type Update = NonNullable<Write['Update']>;

/**
 * The course of native backups, which DynamoDB makes: CREATING -> AVAILABLE | FAILED, each by a conditional write. Their
 * records are made, listed and deleted as all others.
 */
export class Natives {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** Those that are CREATING, of all tables. Eventually consistent. */
  async listCreating(): Promise<BackupKey[]> {
    const rows = await this.#rows.all('NATIVES');
    return rows.map((row) => ({ table: String(row['table']), id: row['id'] as BackupId }));
  }

  /** Remembers DynamoDB's backup, if there is none yet. */
  async adopt(backup: BackupRecord, nativeArn: string): Promise<void> {
    await this.#change(backup, {
      UpdateExpression: 'SET nativeArn = :arn',
      ConditionExpression: '#status = :creating AND attribute_not_exists(nativeArn)',
      ExpressionAttributeValues: { ':arn': nativeArn },
    });
  }

  /** Notes that DynamoDB is asked once more; false if another was faster. */
  askAgain(backup: BackupRecord): Promise<boolean> {
    return this.#change(backup, {
      UpdateExpression: 'SET attempts = :next, askedAt = :now',
      ConditionExpression: '#status = :creating AND attribute_not_exists(nativeArn) AND attempts = :seen',
      ExpressionAttributeValues: {
        ':next': backup.attempts + 1,
        ':seen': backup.attempts,
        ':now': this.#clock.now(),
      },
    });
  }

  /** The backup is AVAILABLE. One that has ended already stays what it is. */
  async complete(backup: BackupRecord, { items, bytes }: Pick<Figures, 'items' | 'bytes'>): Promise<void> {
    const figures: Figures = { items, bytes, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 };
    await this.#end(backup, 'AVAILABLE', 'figures', figures);
  }

  /**
   * The backup is FAILED. One that has ended already stays what it is. `requestKey`: of a request that is refused with it;
   * its repeat is then another request.
   */
  async fail(backup: BackupRecord, reason: string, requestKey?: string): Promise<void> {
    const forgotten = requestKey === undefined ? [] : [{ Delete: { Key: { ...keys.request(requestKey) } } }];
    await this.#end(backup, 'FAILED', 'reason', reason, forgotten);
  }

  async #end(
    backup: BackupRecord,
    status: BackupRecord['status'],
    member: 'figures' | 'reason',
    value: Figures | string,
    others: readonly Write[] = [],
  ): Promise<void> {
    const { table, id } = backup;
    await this.#change(
      backup,
      {
        UpdateExpression: `SET #status = :ended, ${member} = :value`,
        ConditionExpression: '#status = :creating',
        ExpressionAttributeValues: { ':ended': status, ':value': value },
      },
      { Delete: { Key: { ...keys.native(table.name, id) } } },
      ...others,
    );
  }

  /** False if the condition did not hold. */
  async #change(
    { table, id }: BackupRecord,
    update: Pick<Update, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'>,
    ...others: Write[]
  ): Promise<boolean> {
    const refused = await this.#rows.transact([
      {
        Update: {
          ...update,
          Key: { ...keys.backup(table.name, id) },
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':creating': 'CREATING' },
        },
      },
      ...others,
    ]);
    return refused === undefined;
  }
}
