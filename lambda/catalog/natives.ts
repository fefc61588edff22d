import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord, Figures } from '../model/records.ts';
import type { Clock } from '../runtime/clock.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import { decodeAll, decodeBackupKey, type OnInvalid } from './decode.ts';
import { keys } from './schema.ts';

type Update = NonNullable<Write['Update']>;

/**
 * The status of native backups, which DynamoDB makes: CREATING -> AVAILABLE | FAILED, each change by a conditional write.
 * Their records are created, listed and deleted like all others.
 */
export class Natives {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * Lists the native backups of all tables that are CREATING. Eventually consistent. A record that has no valid form
   * goes to `onInvalid`; without that, it throws.
   */
  async listCreating(onInvalid?: OnInvalid): Promise<BackupKey[]> {
    return decodeAll(await this.#rows.readCollection('NATIVES'), decodeBackupKey, onInvalid);
  }

  /** Records the ARN that DynamoDB's backup has, unless the record has one already. */
  async adopt(backup: BackupRecord, nativeArn: string): Promise<void> {
    await this.#change(backup, {
      UpdateExpression: 'SET nativeArn = :arn',
      ConditionExpression: '#status = :creating AND attribute_not_exists(nativeArn)',
      ExpressionAttributeValues: { ':arn': nativeArn },
    });
  }

  /**
   * Records that the caller will request the backup from DynamoDB once more. Returns false if another caller was faster.
   */
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

  /** Makes the backup AVAILABLE. Does nothing if it has ended already. */
  async complete(backup: BackupRecord, { items, bytes }: Pick<Figures, 'items' | 'bytes'>): Promise<void> {
    await this.#end(backup, 'AVAILABLE', 'figures', toNativeFigures({ items, bytes }));
  }

  /**
   * Makes the backup FAILED. Does nothing if it has ended already. `requestKey`: the key of the request that is
   * rejected because of this failure. The catalog forgets the key, so that a repeat is a new request.
   */
  async fail(backup: BackupRecord, reason: string, requestKey?: string): Promise<void> {
    const forget = requestKey === undefined ? [] : [{ Delete: { Key: { ...keys.request(requestKey) } } }];
    await this.#end(backup, 'FAILED', 'reason', shortenText(reason), forget);
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

  /** Changes the record, together with other writes. Returns false if a condition did not hold. */
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

/** The figures of a native backup, which adds nothing to the store. */
export function toNativeFigures({ items, bytes }: Pick<Figures, 'items' | 'bytes'>): Figures {
  return { items, bytes, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 };
}
