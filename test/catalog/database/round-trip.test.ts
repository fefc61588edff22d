import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, openCatalog } from '../../../lambda/catalog/catalog.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import * as arbitrary from '../../support/catalog/arbitrary-records.ts';
import { useDatabase } from '../../support/database.ts';
import { scaleRuns } from '../../support/scale.ts';

const database = useDatabase();
let catalog: Catalog;
beforeAll(async () => {
  await createCatalog(database.dynamodb, 'catalog');
  catalog = openCatalog(database.dynamodb, 'catalog', systemClock, randomIds);
});

const runs = { numRuns: scaleRuns(4) };

function newTable() {
  const name = `table-${randomUUID()}`;
  return { name, arn: `arn:aws:dynamodb:eu-west-1:123456789012:table/${name}`, tableId: randomUUID() };
}

const keyOf = ({ table, id }: BackupRecord) => ({ table: table.name, id });
const claimOf = ({ table, id }: BackupRecord) => ({ table: table.name, backup: id, execution: id });

describe('the catalog reads back unchanged', () => {
  it('the records of a backup, from its request to the end of its snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitrary.newBackup,
        arbitrary.commitResult,
        fc.record({ deletedBy: fc.string(), deletedFor: fc.string() }, { requiredKeys: [] }),
        async (request, made, deletion) => {
          const table = newTable();
          const requestKey = randomUUID();
          const { backup } = await catalog.backups.create({ ...request, table, requestKey });
          expect(await catalog.backups.get(keyOf(backup))).toEqual(backup);
          expect(await catalog.backups.create({ ...request, table, requestKey })).toEqual({
            backup,
            isNew: false,
          });
          const { marker, asOf } = backup;
          const pending = { name: table.name, lastMarker: marker, pending: [backup.id] };
          expect(await catalog.turns.getTable(table.name)).toEqual(pending);

          const claim = claimOf(backup);
          expect(await catalog.turns.take(claim)).toBe('taken');
          expect(await catalog.turns.getTable(table.name)).toEqual({
            ...pending,
            turn: { execution: claim.execution, backup: backup.id, since: expect.any(Number) as number },
          });

          const { tableId } = table;
          const headSeen = undefined;
          await catalog.turns.commit({
            ...made,
            claim,
            tableId,
            marker,
            headSeen,
            ...(asOf !== undefined && { asOf }),
          });
          const { parent: _parent, ...result } = made.result;
          const available = { ...backup, status: 'AVAILABLE', ...result };
          expect(await catalog.backups.get(keyOf(backup))).toEqual(available);
          const { result: _result, ...rest } = made;
          const alive = { id: backup.id, tableId, ...rest, alive: true, ...(asOf !== undefined && { asOf }) };
          expect(await catalog.snapshots.get(keyOf(backup))).toEqual(alive);
          expect(await catalog.turns.getTable(table.name)).toEqual({
            ...pending,
            pending: [],
            ...(asOf === undefined && { head: { tableId, snapshot: backup.id, marker } }),
          });

          await catalog.snapshots.deleteBackup({ ...backup, status: 'AVAILABLE' }, deletion);
          const deletedAt = expect.any(Number) as number;
          const deleted = { ...available, status: 'DELETED', ...deletion, deletedAt };
          expect(await catalog.backups.get(keyOf(backup))).toEqual(deleted);
          // The head stays alive.
          const dead = { alive: false, diedAt: expect.any(Number) as number };
          expect(await catalog.snapshots.get(keyOf(backup))).toEqual({
            ...alive,
            released: true,
            ...(asOf !== undefined && dead),
          });
          const census = await catalog.snapshots.takeCensus(table.name, [backup.id]);
          expect([...census.backups]).toEqual([[backup.id, { status: 'DELETED', tableId }]]);
          expect(census.snapshots).toEqual([await catalog.snapshots.get(keyOf(backup))]);
          expect(census.folders).toEqual([{ tableId, since: expect.any(Number) }]);
          expect((await catalog.snapshots.takeCensus(table.name)).backups.size).toBe(0);
          expect(await catalog.backups.findDeleted(backup.id)).toEqual(deleted);
        },
      ),
      runs,
    );
  });

  it('the records of a failed backup, and of the snapshot that its execution had pinned', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitrary.newBackup,
        arbitrary.commitResult,
        fc.string(),
        async (request, made, reason) => {
          const table = newTable();
          const { asOf: _asOf, ...plain } = request;
          const first = (await catalog.backups.create({ ...plain, table })).backup;
          await catalog.turns.take(claimOf(first));
          const { tableId } = table;
          const commit = {
            ...made,
            claim: claimOf(first),
            tableId,
            marker: first.marker,
            headSeen: undefined,
          };
          await catalog.turns.commit(commit);

          const { backup } = await catalog.backups.create({ ...plain, table });
          const granted = await catalog.turns.grant({ table: table.name });
          const claim = { ...claimOf(backup), execution: `${backup.id}-2` };
          expect(granted).toEqual(claim);
          expect(await catalog.turns.pinParent(claim, first.id)).toBe(true);
          expect(await catalog.turns.getTable(table.name)).toMatchObject({
            turn: { execution: claim.execution, backup: backup.id, parent: first.id },
          });
          expect((await catalog.snapshots.get(keyOf(first)))?.pins).toEqual(new Set([claim.execution]));

          expect(await catalog.turns.fail(claim, reason)).toBe(true);
          const failed = { ...backup, attempts: 2, status: 'FAILED', reason };
          expect(await catalog.backups.get(keyOf(backup))).toEqual(failed);
          expect((await catalog.snapshots.get(keyOf(first)))?.pins).toBeUndefined();
        },
      ),
      runs,
    );
  });

  it('the records of a native backup, from its request to its end', async () => {
    const request = arbitrary.newBackup.map((members) => ({ ...members, source: 'native' as const }));
    await fc.assert(
      fc.asyncProperty(request, fc.string(), fc.boolean(), async (members, nativeArn, isMade) => {
        const { backup } = await catalog.backups.create({ ...members, table: newTable() });
        expect(await catalog.backups.get(keyOf(backup))).toEqual(backup);
        expect(await catalog.natives.listCreating()).toContainEqual(keyOf(backup));
        expect(await catalog.natives.askAgain(backup)).toBe(true);
        const request = { ...backup, attempts: 2, askedAt: expect.any(Number) as number };
        expect(await catalog.backups.get(keyOf(backup))).toEqual(request);
        await catalog.natives.adopt(backup, nativeArn);
        expect(await catalog.backups.get(keyOf(backup))).toEqual({ ...request, nativeArn });
        if (isMade) await catalog.natives.complete(backup, { items: 3, bytes: 4 });
        else await catalog.natives.fail(backup, 'DynamoDB lost it');
        const figures = { items: 3, bytes: 4, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 };
        expect(await catalog.backups.get(keyOf(backup))).toEqual({
          ...request,
          nativeArn,
          ...(isMade ? { status: 'AVAILABLE', figures } : { status: 'FAILED', reason: 'DynamoDB lost it' }),
        });
        expect(await catalog.natives.listCreating()).not.toContainEqual(keyOf(backup));
      }),
      runs,
    );
  });

  it('the records of a restore, from its request to its end', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitrary.backup,
        arbitrary.description,
        arbitrary.restoreNote,
        arbitrary.fate,
        async (backup, description, note, targetFate) => {
          const target = `target-${randomUUID()}`;
          const restore = await catalog.restores.createForPointInTime({
            backup: { ...backup, table: newTable() },
            target,
            description,
            requestedBy: 'ada',
            requestKey: 'key',
          });
          expect(await catalog.restores.get(target)).toEqual(restore);
          expect(await catalog.restores.listRunning()).toContainEqual(restore);

          await catalog.restores.recordTargetTable(restore, 'id-1');
          await catalog.restores.note(restore, note);
          const noted = { ...restore, ...note, targetTableId: 'id-1' };
          expect(await catalog.restores.get(target)).toEqual(noted);

          const isAbandoned = await catalog.restores.abandon(restore, 'given up');
          expect(isAbandoned).toBe(note.settled === undefined);
          await catalog.restores.end(restore, 'FAILED', { reason: 'lost', targetFate });
          const failed = {
            ...noted,
            ...(isAbandoned && { abandoned: 'given up' }),
            status: 'FAILED',
            reason: 'lost',
            targetFate,
            endedAt: expect.any(Number),
          };
          expect(await catalog.restores.get(target)).toEqual(failed);
          expect(await catalog.restores.listFailed(Date.now())).toContainEqual(failed);
        },
      ),
      runs,
    );
  });

  it('the records of a backup that has expired', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary.newBackup, fc.nat(1000), async (request, expiresAt) => {
        const { backup } = await catalog.backups.create({ ...request, table: newTable(), expiresAt });
        expect(await catalog.backups.listExpired(expiresAt)).toContainEqual(keyOf(backup));
      }),
      runs,
    );
  });
});
