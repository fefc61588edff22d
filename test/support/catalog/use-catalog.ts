import { randomUUID } from 'node:crypto';
import { beforeAll, expect } from 'vitest';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Catalog, openCatalog } from '../../../lambda/catalog/catalog.ts';
import { keys, type RecordKey } from '../../../lambda/catalog/schema.ts';
import type { Claim } from '../../../lambda/catalog/turn-writes.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';
import type { BackupRecord, BackupStatus } from '../../../lambda/model/records.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { type TestDatabase, useDatabase } from '../database.ts';
import { commitOf, newBackup } from './new-backup.ts';

/** A catalog, and the calls that executions of backups make to it. */
export interface UsedCatalog {
  readonly database: TestDatabase;
  readonly catalog: Catalog;
  /** Requests a backup of the table. */
  request(table: string): Promise<Claim>;
  /** Requests a backup of the table and takes the turn for it. */
  takeTurn(table?: string): Promise<Claim>;
  /** Makes a snapshot of the table, which becomes the head in place of the head `headSeen`. */
  makeSnapshot(table: string, headSeen?: BackupId): Promise<BackupId>;
  /** Makes two snapshots of a new table, and takes the turn for a third one. */
  makeTwo(): Promise<{ table: string; older: BackupId; head: BackupId; claim: Claim }>;
  getBackup(table: string, id: BackupId): Promise<BackupRecord>;
  deleteBackup(table: string, id: BackupId): Promise<void>;
  isAlive(table: string, id: BackupId): Promise<boolean | undefined>;
  /** Overwrites a row. */
  putRow(row: object): Promise<void>;
  deleteRow(key: RecordKey): Promise<void>;
  /** Overwrites the backup's status, as nothing in the product can. */
  setStatus(claim: Claim, status: BackupStatus): Promise<void>;
}

/** Registers the hook that creates the catalog of the calling file. */
export function useCatalog(): UsedCatalog {
  const database = useDatabase();
  let catalog: Catalog;
  beforeAll(async () => {
    await createCatalog(database.dynamodb, 'catalog');
    catalog = openCatalog(database.dynamodb, 'catalog', systemClock, randomIds);
  });
  const documents = () => DynamoDBDocumentClient.from(database.dynamodb);
  const used: UsedCatalog = {
    database,
    get catalog() {
      return catalog;
    },
    async request(table) {
      const { backup } = await catalog.backups.create(newBackup(table));
      return { table, backup: backup.id, execution: backup.id };
    },
    async takeTurn(table = `table-${randomUUID()}`) {
      const claim = await used.request(table);
      expect(await catalog.turns.take(claim)).toBe('taken');
      return claim;
    },
    async makeSnapshot(table, headSeen) {
      const claim = await used.takeTurn(table);
      await catalog.turns.commit({ ...commitOf(claim), headSeen });
      return claim.backup;
    },
    async makeTwo() {
      const table = `table-${randomUUID()}`;
      const older = await used.makeSnapshot(table);
      const head = await used.makeSnapshot(table, older);
      return { table, older, head, claim: await used.takeTurn(table) };
    },
    async getBackup(table, id) {
      const backup = await catalog.backups.get({ table, id });
      if (backup === undefined) throw new Error('there is no such backup');
      return backup;
    },
    async deleteBackup(table, id) {
      await catalog.snapshots.deleteBackup(await used.getBackup(table, id));
    },
    async isAlive(table, id) {
      return (await catalog.snapshots.get({ table, id }))?.alive;
    },
    async putRow(row) {
      await documents().send(new PutCommand({ TableName: 'catalog', Item: { ...row } }));
    },
    async deleteRow(key) {
      await documents().send(new DeleteCommand({ TableName: 'catalog', Key: { ...key } }));
    },
    async setStatus({ table, backup }, status) {
      await documents().send(
        new UpdateCommand({
          TableName: 'catalog',
          Key: { ...keys.backup(table, backup) },
          UpdateExpression: 'SET #status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':status': status },
        }),
      );
    },
  };
  return used;
}
