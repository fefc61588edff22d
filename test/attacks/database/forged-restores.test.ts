import {
  DeleteTableCommand,
  ListTagsOfResourceCommand,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { keys, toPosition } from '../../../lambda/catalog/schema.ts';
import { tableNameOf } from '../../../lambda/model/backup-arn.ts';
import { createRestoreId } from '../../../lambda/model/ids.ts';
import type { RestoreRecord } from '../../../lambda/model/records.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { createRestoreTag } from '../../../lambda/restore/restore-tag.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { newTargetName, restoreAndWait, startImportHarness } from '../../support/restore/imports.ts';
import { describeTable } from '../../support/restore/rich-table.ts';
import { backUp } from '../../support/retention/support.ts';
import { readTableContent } from '../../support/tables.ts';

/**
 * An attacker may write to the catalog, and may even tag tables, and wants Tidemark to delete or overwrite another
 * owner's table. Before the checks, one forged record was enough: one table was gone after 30 seconds, another after 20.
 */

const database = useDatabase();
const minuteMs = 60_000;

/** A restore that has ended, with its table and the table's content. */
interface Victim {
  readonly harness: Harness;
  readonly restore: RestoreRecord;
  readonly content: Map<string, string>;
}

async function finishRestore(restoreBy: 'import' | 'writes'): Promise<Victim> {
  const harness = await startImportHarness(database, { config: { restoreBy } });
  const { backup, content } = await backUp(database, harness, await createFilledTable(database));
  const restore = await restoreAndWait(harness, backup, newTargetName());
  expect([restore.status, restore.way]).toEqual(['RESTORED', restoreBy]);
  return { harness, restore, content };
}

/** Puts a record of a restore into the catalog's table, like an attacker who can write there. */
async function forgeRecord({ services }: Harness, record: RestoreRecord): Promise<void> {
  const failedAt = record.status === 'FAILED' ? toPosition(Number(record.endedAt)) : undefined;
  const place =
    failedAt === undefined
      ? { collection: 'RESTORES', position: record.id }
      : { collection: 'FAILED_RESTORES', position: failedAt };
  await DynamoDBDocumentClient.from(database.dynamodb).send(
    new PutCommand({
      TableName: tableNameOf(services.config.catalogArn),
      Item: { ...keys.restore(record.target), ...record, ...place },
    }),
  );
}

/** Turns the record of a restore that has ended into that of a running one. */
function reopen({
  settled: _settled,
  endedAt: _endedAt,
  targetFate: _fate,
  ...record
}: RestoreRecord): RestoreRecord {
  return { ...record, status: 'RESTORING' };
}

/** Runs the reconciler until it has given up all restores, 21 minutes from now. */
async function reconcileToTheEnd({ services, executions }: Harness): Promise<void> {
  const { clock } = services;
  for (let pass = 0; pass < 8; pass++) {
    await reconcile({ ...services, clock: { ...clock, now: () => clock.now() + 21 * minuteMs } });
    await executions.idle();
  }
}

async function listTags(table: string): Promise<Tag[]> {
  const { TableArn } = await describeTable(database, table);
  const { Tags = [] } = await database.dynamodb.send(
    new ListTagsOfResourceCommand({ ResourceArn: TableArn }),
  );
  return Tags;
}

async function putTag(table: string, Value: string): Promise<void> {
  const { TableArn } = await describeTable(database, table);
  const Tags = [{ Key: 'tidemark:restore', Value }];
  await database.dynamodb.send(new TagResourceCommand({ ResourceArn: TableArn, Tags }));
}

describe('another owner’s finished table', () => {
  it('survives a forged running restore with the ARN of the import that made the table', async () => {
    const { harness, restore, content } = await finishRestore('import');
    const id = createRestoreId(harness.services.clock.now(), '00000bad');
    await forgeRecord(harness, { ...reopen(restore), id, abandoned: 'forged' });
    await reconcileToTheEnd(harness);
    expect(await readTableContent(database.dynamodb, restore.target)).toEqual(content);
    expect(await listTags(restore.target)).toEqual([{ Key: 'tidemark:restore', Value: 'finished' }]);
    expect((await harness.services.catalog.restores.get(restore.target))?.status).toBe('FAILED');
  });

  it('survives such a record even if the table’s owner has removed the tag `finished`', async () => {
    const { harness, restore, content } = await finishRestore('import');
    const { TableArn } = await describeTable(database, restore.target);
    const TagKeys = ['tidemark:restore'];
    await database.dynamodb.send(new UntagResourceCommand({ ResourceArn: TableArn, TagKeys }));
    const id = createRestoreId(harness.services.clock.now(), '00000bad');
    await forgeRecord(harness, { ...reopen(restore), id, abandoned: 'forged' });
    await reconcileToTheEnd(harness);
    expect(await readTableContent(database.dynamodb, restore.target)).toEqual(content);
  });

  it.each(['import', 'writes'] as const)(
    'survives when the record of its own restore, by %s, is set back to running',
    async (way) => {
      const { harness, restore, content } = await finishRestore(way);
      await forgeRecord(harness, { ...reopen(restore), abandoned: 'forged' });
      await reconcileToTheEnd(harness);
      expect(await readTableContent(database.dynamodb, restore.target)).toEqual(content);
      expect(await listTags(restore.target)).toEqual([{ Key: 'tidemark:restore', Value: 'finished' }]);
    },
  );
});

describe('an ordinary table', () => {
  /** Returns a table that no restore made, and the record of a restore that claims it. */
  async function forgeForOrdinaryTable(change: Partial<RestoreRecord>) {
    const { harness, restore } = await finishRestore('writes');
    const table = await createFilledTable(database);
    const content = await readTableContent(database.dynamodb, table);
    const { TableId } = await describeTable(database, table);
    const record = { ...reopen(restore), target: table, targetTableId: String(TableId), ...change };
    return { harness, table, content, record };
  }

  it('survives a forged failed restore and the tag of that restore', async () => {
    const { harness, table, content, record } = await forgeForOrdinaryTable({
      status: 'FAILED',
      endedAt: database.clock.now(),
      targetFate: { kind: 'absent' },
    });
    await putTag(table, record.id);
    await forgeRecord(harness, record);
    await reconcileToTheEnd(harness);
    expect(await readTableContent(database.dynamodb, table)).toEqual(content);
  });

  it.each([
    ['running', {}],
    ['abandoned', { abandoned: 'forged' }],
  ])(
    'is neither deleted nor overwritten by a forged %s restore and the tag of another table',
    async (_, change) => {
      const { harness, table, content, record } = await forgeForOrdinaryTable(change);
      const genuine = await tagOfRunningRestore(harness, record);
      await putTag(table, genuine);
      await forgeRecord(harness, record);
      await reconcileToTheEnd(harness);
      expect(await readTableContent(database.dynamodb, table)).toEqual(content);
    },
  );

  /** Returns the tag that Tidemark would put on the table of a genuine restore of this id. */
  async function tagOfRunningRestore(
    harness: Harness,
    { id, source, backup }: RestoreRecord,
  ): Promise<string> {
    let seen: Tag[] = [];
    const target = newTargetName();
    const watching = harness.restart({
      config: harness.services.config,
      around: async (handler, _input, run) => {
        if (handler === 'restore-write') seen = await listTags(target);
        return run();
      },
    });
    await watching.operations.restoreTable({ backup: { table: source.name, id: backup }, target });
    await watching.executions.idle();
    await database.dynamodb.send(new DeleteTableCommand({ TableName: target }));
    const [, signature = ''] = String(seen[0]?.Value).split(':');
    expect(signature).toHaveLength(32);
    return `${id}:${signature}`;
  }
});

describe('a table that was made before the restore was requested', () => {
  it('is not taken for the restore’s table, even if it has the restore’s tag', async () => {
    const { harness, restore } = await finishRestore('writes');
    const table = await createFilledTable(database);
    const content = await readTableContent(database.dynamodb, table);
    database.clock.advance(6 * minuteMs);
    const { services } = harness;
    const id = createRestoreId(services.clock.now(), '00000bad');
    const record = { ...reopen(restore), id, target: table, abandoned: 'forged' };
    const { TableArn } = await describeTable(database, table);
    await putTag(table, String((await createRestoreTag(services, TableArn, record)).Value));
    await forgeRecord(harness, record);
    await reconcileToTheEnd(harness);
    expect(await readTableContent(database.dynamodb, table)).toEqual(content);
  });
});
