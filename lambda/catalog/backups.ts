import type { Ids } from '../runtime/ids.ts';
import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { type TableReference, backupArnOf, type BackupKey } from '../model/backup-arn.ts';
import { createBackupId } from '../model/ids.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import type {
  BackupId,
  BackupRecord,
  BackupSource,
  Kind,
  TableDescription,
  TableIdentity,
} from '../model/records.ts';
import { keys, position, type RecordKey } from './schema.ts';

/** What a request says of the backup it wants. */
export interface NewBackup {
  readonly name: string;
  readonly table: TableIdentity;
  readonly description: TableDescription;
  readonly internal?: boolean;
  /** Epoch ms of a time before the request whose content is meant. */
  readonly asOf?: number;
  readonly requestedBy?: string;
  readonly kind?: Kind;
  readonly source?: BackupSource;
  readonly comment?: string;
  /** Epoch ms. */
  readonly expiresAt?: number;
  /** Requests with one key are one request: the second gets the first one's backup. */
  readonly requestKey?: string;
}

/** What came of a request: its backup, or the first one's of a request that is repeated. */
export interface Cataloged {
  readonly backup: BackupRecord;
  readonly isNew: boolean;
}

/** With a table only its backups, else all tables'. */
export interface ListQuery extends Partial<TableReference> {
  /** Epoch ms, inclusive. */
  readonly from?: number;
  /** Epoch ms, exclusive. */
  readonly to?: number;
  readonly limit: number;
  readonly after?: BackupKey;
}

/** A request key is remembered so long: longer than any retry or second delivery. */
const requestMemorySeconds = 24 * 60 * 60;

/** Others may take the marker between our read and our write; each time it is read again. */
const markerTries = 50;

/** Backup records: making, finding and listing them. Their status moves in `turns.ts` and `snapshots.ts`. */
export class Backups {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(rows: CatalogTable, clock: Clock, ids: Ids) {
    this.#rows = rows;
    this.#clock = clock;
    this.#ids = ids;
  }

  /**
   * Catalogs a request: the marker is now, or 1 ms after the table's last one if a clock lags. The backup is pending
   * from the same transaction on, so that no later request can come before it; a native one waits for nobody, and of the
   * table nothing is noted. `meanwhile` is done at the same time, for a record that may yet be refused: then it is done
   * again for the next one, or the backup is the request's first one.
   */
  async create(
    request: NewBackup,
    meanwhile: (backup: BackupRecord) => Promise<void> = async () => {},
  ): Promise<Cataloged> {
    let lastMarker = 0;
    for (let attempt = 1; attempt <= markerTries; attempt++) {
      const backup = this.#record(request, Math.max(this.#clock.now(), lastMarker + 1));
      const [refused] = await Promise.all([
        this.#rows.transact(this.#creation(backup, request.requestKey)),
        meanwhile(backup),
      ]);
      if (refused === undefined) return { backup, isNew: true };
      if (request.requestKey !== undefined) {
        const first = await this.#requested(request.requestKey);
        if (first !== undefined) return { backup: first, isNew: false };
      }
      const row = await this.#rows.get(keys.table(request.table.name));
      lastMarker = Number(row?.['lastMarker'] ?? 0);
    }
    throw new TidemarkError('LimitExceeded', 'Too many requests for this table at once. Try again.');
  }

  async get({ table, id }: BackupKey): Promise<BackupRecord | undefined> {
    return toRecord(await this.#rows.get(keys.backup(table, id)));
  }

  /** Backups that are not deleted nor internal, oldest first. The cursor is a position: its backup may be gone. */
  async list(query: ListQuery): Promise<BackupRecord[]> {
    const from = `${position(query.from ?? 0)}-`;
    // An id is longer than its marker's digits, so the bound without them excludes every id of that marker.
    const to = `${position((query.to ?? 10 ** 14) - 1)}-g`;
    const found: BackupRecord[] = [];
    // A cursor before the range says nothing in it; DynamoDB refuses one that is not in the range.
    let after = query.after !== undefined && query.after.id >= from ? query.after : undefined;
    if (from > to || (after !== undefined && after.id > to)) return found;
    while (found.length < query.limit) {
      const page = await this.#page(query.table, from, to, query.limit, after);
      const listed = page.filter((backup) => isListed(backup, query));
      found.push(...listed.slice(0, query.limit - found.length));
      const last = page.at(-1);
      if (last === undefined || page.length < query.limit) break;
      after = { table: last.table.name, id: last.id };
    }
    return found;
  }

  /** Backups whose time to be deleted has come. */
  async listExpired(now: number): Promise<BackupKey[]> {
    const rows = await this.#rows.collection('EXPIRIES', { from: position(0), to: position(now) }, 1000);
    return rows.map((row) => ({ table: String(row['table']), id: row['id'] as BackupId }));
  }

  async #page(table: string | undefined, from: string, to: string, limit: number, after?: BackupKey) {
    const rows =
      table === undefined
        ? await this.#rows.collection(
            'BACKUPS',
            { from, to, ...(after && { after: indexKey(after) }) },
            limit,
          )
        : await this.#rows.range(
            keys.table(table).pk,
            `BACKUP#${from}`,
            `BACKUP#${to}`,
            limit,
            after && keys.backup(after.table, after.id).sk,
          );
    return rows.map(toRecord).filter((record) => record !== undefined);
  }

  async #requested(requestKey: string): Promise<BackupRecord | undefined> {
    const row = await this.#rows.get(keys.request(requestKey));
    return row && this.get({ table: String(row['table']), id: row['id'] as BackupId });
  }

  #record({ requestKey: _requestKey, ...request }: NewBackup, marker: number): BackupRecord {
    const id = createBackupId(marker, this.#ids.hex(8));
    return {
      ...request,
      id,
      arn: backupArnOf(request.table.arn, id),
      marker,
      status: 'CREATING',
      attempts: 1,
      internal: request.internal ?? false,
    };
  }

  #creation(backup: BackupRecord, requestKey: string | undefined): Write[] {
    const { id, expiresAt, table } = backup;
    const writes: Write[] = [
      backup.source === 'native' ? lookedFor(backup) : pending(backup),
      unused({
        ...keys.backup(table.name, id),
        ...backup,
        ...(!backup.internal && { collection: 'BACKUPS', position: id }),
      }),
    ];
    if (expiresAt !== undefined) {
      const place = { collection: 'EXPIRIES', position: position(expiresAt) };
      writes.push(unused({ ...keys.expiry(table.name, id), table: table.name, id, ...place }));
    }
    if (requestKey !== undefined) {
      const ttl = Math.floor(this.#clock.now() / 1000) + requestMemorySeconds;
      writes.push(unused({ ...keys.request(requestKey), table: table.name, id, ttl }));
    }
    return writes;
  }
}

function isListed({ internal, status, table }: BackupRecord, { tableArn = table.arn }: ListQuery): boolean {
  return !internal && status !== 'DELETED' && table.arn === tableArn;
}

/** The backup waits for its table's turn. */
function pending({ id, marker, table }: BackupRecord): Write {
  return {
    Update: {
      Key: { ...keys.table(table.name) },
      UpdateExpression:
        'SET lastMarker = :marker, #name = :name, #collection = :tables, #position = :name ADD pending :ids',
      ConditionExpression: 'attribute_not_exists(lastMarker) OR lastMarker < :marker',
      ExpressionAttributeNames: { '#name': 'name', '#collection': 'collection', '#position': 'position' },
      ExpressionAttributeValues: {
        ':marker': marker,
        ':name': table.name,
        ':tables': 'TABLES',
        ':ids': new Set([id]),
      },
    },
  };
}

/** The reconciler finds the native backup while it is CREATING. */
function lookedFor({ id, table }: BackupRecord): Write {
  return unused({
    ...keys.native(table.name, id),
    table: table.name,
    id,
    collection: 'NATIVES',
    position: id,
  });
}

function unused(item: Record<string, unknown>): Write {
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

function indexKey({ table, id }: BackupKey): RecordKey & { position: string } {
  return { ...keys.backup(table, id), position: id };
}

function toRecord(row: Record<string, unknown> | undefined): BackupRecord | undefined {
  if (row === undefined) return undefined;
  const { pk: _pk, sk: _sk, collection: _collection, position: _position, ...record } = row;
  return record as unknown as BackupRecord;
}
