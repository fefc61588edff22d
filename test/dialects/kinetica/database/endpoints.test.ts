import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { handleKinetica } from '../../../../lambda/dialects/kinetica/dialect.ts';
import { addAllTables } from '../../../../lambda/model/table-groups.ts';
import { reconcile } from '../../../../lambda/reconcile/reconcile.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { describeTable } from '../../../../lambda/tables/table.ts';
import { createFilledTable, putItems, shape } from '../../../support/fixture.ts';
import type { Harness } from '../../../support/harness.ts';
import { createTable, readTableContent } from '../../../support/tables.ts';
import { useTidemark } from '../../../support/use-tidemark.ts';
import { testKey } from '../../rds/support.ts';
import { address, readWrapper } from '../support.ts';

const world = useTidemark({ items: 10, config: { groups: addAllTables([]) } });

interface Answer {
  readonly message: string;
  /** The response's record; empty after an error. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends a request in JSON to the dialect over the harness. The dialect polls running work without waiting. */
async function call(
  path: string,
  body: object,
  { harness = world.harness, waitMs = 60_000 }: { harness?: Harness; waitMs?: number } = {},
): Promise<Answer> {
  const { operations, services, executions } = harness;
  const clock = { now: () => services.clock.now(), sleep: () => executions.idle() };
  const authorization = `Basic ${Buffer.from('testkey:testsecret').toString('base64')}`;
  const response = await handleKinetica(
    { operations, keys: async () => [testKey], clock, log: silentLog, waitMs },
    {
      method: 'POST',
      path,
      query: '',
      headers: { authorization, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      address,
      isSecure: false,
    },
  );
  const { message, data_str: text } = readWrapper(response);
  return { message: String(message), body: text === '' ? {} : (JSON.parse(String(text)) as Answer['body']) };
}

const create = (change: object = {}) =>
  call('/create/backup', {
    backup_name: 'nightly',
    backup_type: 'full',
    backup_objects_map: { table: world.table },
    datasink_name: 'default',
    ...change,
  });
const createNext = (change: object = {}) =>
  create({ backup_type: 'incremental', backup_objects_map: {}, ...change });
const show = async (change: object = {}) => {
  const { body } = await call('/show/backup', {
    backup_name: 'nightly',
    options: { backup_type: 'all' },
    ...change,
  });
  return body as { backup_ids: Record<string, string>[]; backup_description: Record<string, string>[] };
};
const restore = (map: object = {}, schema = 'copy') =>
  call('/restore/backup', {
    backup_name: 'nightly',
    restore_objects_map: map,
    datasource_name: 'default',
    options: { restore_policy: 'rename', renamed_objects_schema: schema },
  });
const contentOf = (table: string) => readTableContent(world.database.dynamodb, table);
const deleteTable = (TableName: string) =>
  world.database.dynamodb.send(new DeleteTableCommand({ TableName }));

describe('a snapshot of settings alone', () => {
  it('has no items, and is restored to an empty table', async () => {
    expect(await create({ options: { ddl_only: 'true' } })).toMatchObject({
      message: '',
      body: { total_number_of_records: 0, copied_records: 0 },
    });
    expect((await show()).backup_ids).toMatchObject([{ ddl_only: 'true', backup_type: 'full' }]);
    expect(await restore()).toMatchObject({ body: { restored_records: 0, failed_objects: {} } });
    expect(await contentOf(`copy.${world.table}`)).toEqual(new Map());
  });
});

describe('the objects of a backup', () => {
  const streamOf = async (table: string) =>
    (await describeTable(world.database.dynamodb, table)).description.stream;

  it('include the stream of a table if it is named as a monitor, and not otherwise', async () => {
    await create({ backup_objects_map: { table: world.table, monitor: world.table } });
    await restore({}, 'all');
    expect(await streamOf(`all.${world.table}`)).toMatchObject({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    await restore({ table: world.table }, 'table');
    expect(await streamOf(`table.${world.table}`)).toBeUndefined();
    await restore({ table: world.table, monitor: world.table }, 'both');
    expect(await streamOf(`both.${world.table}`)).toMatchObject({ StreamEnabled: true });
  });

  it('are, for a schema, the table of its name and the tables whose names begin with it and a dot', async () => {
    const inside = `${world.table}.lines`;
    await createTable(world.database.dynamodb, inside, shape);
    await putItems(world.database, inside, 0, 2);
    const { body } = await create({ backup_objects_map: { all: world.table } });
    expect(body).toMatchObject({ total_number_of_records: 12 });
    // The next snapshot includes a table that joins the schema later.
    const later = `${world.table}.later`;
    await createTable(world.database.dynamodb, later, shape);
    await putItems(world.database, later, 0, 3);
    expect((await createNext()).body).toMatchObject({ total_number_of_records: 15 });
    expect((await show()).backup_description).toMatchObject([
      { tables: [world.table, inside, later].join(',') },
    ]);
  });

  it('leave a deleted table out: the next snapshot is complete, and lists that table as missing', async () => {
    const other = await createFilledTable(world.database, 3);
    await create({ backup_objects_map: { table: `${world.table},${other}` } });
    await deleteTable(other);
    const second = await createNext();
    expect(second).toMatchObject({
      message: '',
      body: { total_number_of_records: 10, info: { status: 'done', missing_tables: other } },
    });
    // The backup includes the table again once it exists again.
    await createTable(world.database.dynamodb, other, shape);
    await putItems(world.database, other, 0, 4);
    const third = await createNext();
    expect(third.body).toMatchObject({ total_number_of_records: 14 });
    expect(third.body['info']).not.toHaveProperty('missing_tables');
    await deleteTable(other);
    await deleteTable(world.table);
    expect((await createNext()).message).toContain('None of the tables of the backup exists');
  });
});

describe('/alter/backup', () => {
  const alter = (action: string, value = '', options = {}) =>
    call('/alter/backup', { backup_name: 'nightly', action, value, datasink_name: 'default', options });
  const addSnapshot = async () => {
    await putItems(world.database, world.table, 0, 1);
    const { body } = await createNext();
    return String(body['backup_id']);
  };

  it('sets the options of further snapshots, until the backup is dropped', async () => {
    await create();
    await alter('ddl_only', 'true', { comment: 'tables only' });
    expect((await show()).backup_description).toMatchObject([{ ddl_only: 'true', comment: 'tables only' }]);
    expect((await createNext()).body).toMatchObject({ total_number_of_records: 0 });
    const asRequested = await createNext({ options: { ddl_only: 'false' } });
    expect(asRequested.body).toMatchObject({ total_number_of_records: 10 });
    await call('/drop/backup', { backup_name: 'nightly' });
    await create();
    expect((await show()).backup_description[0]).not.toHaveProperty('ddl_only');
    expect((await createNext()).body).toMatchObject({ total_number_of_records: 10 });
  });

  it('keeps this number of incremental snapshots, from now on', async () => {
    // With this many items, a few changes make an incremental snapshot.
    await world.replaceTable(100);
    await create();
    const made = [await addSnapshot(), await addSnapshot(), await addSnapshot()];
    const { body } = await alter('max_incremental_backups_to_keep', '1');
    expect(body).toMatchObject({
      backup_id: Number(made[2]),
      total_number_of_records: 100,
      info: { deleted_backup_ids: `${made[1]},${made[0]}` },
    });
    const last = await addSnapshot();
    await reconcile(world.harness.services);
    expect((await show()).backup_ids).toMatchObject([{ backup_id: last }, { backup_type: 'full' }]);
  });

  it('merges all snapshots into the latest, which is full and has every object', async () => {
    await create();
    await addSnapshot();
    const latest = await addSnapshot();
    const before = await contentOf(world.table);
    await alter('merge');
    expect((await show()).backup_ids).toMatchObject([{ backup_id: latest, backup_type: 'full' }]);
    await restore();
    expect(await contentOf(`copy.${world.table}`)).toEqual(before);
  });

  it('purges one snapshot, and the later ones keep the runs that they share with it', async () => {
    const first = String((await create()).body['backup_id']);
    const second = await addSnapshot();
    const before = await contentOf(world.table);
    await alter('purge', first);
    expect((await show()).backup_ids).toMatchObject([{ backup_id: second }]);
    await restore();
    expect(await contentOf(`copy.${world.table}`)).toEqual(before);
  });
});

describe('/drop/backup', () => {
  it('says so if it has no time for all snapshots, and a repeat continues', async () => {
    await create();
    await createNext();
    let drops = 0;
    const { operations } = world.harness;
    const slow = {
      ...world.harness,
      operations: {
        ...operations,
        deleteBackupSet: (input: Parameters<typeof operations.deleteBackupSet>[0]) => {
          drops++;
          world.database.clock.advance(60_000);
          return operations.deleteBackupSet(input);
        },
      },
    };
    const first = await call('/drop/backup', { backup_name: 'nightly' }, { harness: slow });
    expect(first.message).toContain('1 snapshots are deleted, and more remain');
    expect((await call('/drop/backup', { backup_name: 'nightly' }, { harness: slow })).message).toBe('');
    expect(drops).toBe(2);
    expect((await show()).backup_ids).toBeUndefined();
  });
});

describe('a repeated /restore/backup', () => {
  it('joins the running restores, and is refused long after they have ended', async () => {
    await create();
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const request = {
      backup_name: 'nightly',
      restore_objects_map: {},
      datasource_name: 'default',
      options: { restore_policy: 'rename', renamed_objects_schema: 'again' },
    };
    const target = `again.${world.table}`;
    await call('/restore/backup', request, { harness: stopped, waitMs: 0 });
    const id = (await world.harness.operations.describeRestore({ target })).id;
    const repeat = await call('/restore/backup', request, { harness: stopped, waitMs: 0 });
    expect(repeat).toMatchObject({ message: '', body: { info: { status: 'running', running: target } } });
    expect((await world.harness.operations.describeRestore({ target })).id).toBe(id);
    await reconcile(world.harness.services);
    await world.harness.executions.idle();
    const atOnce = await call('/restore/backup', request);
    expect(atOnce).toMatchObject({ message: '', body: { restored_records: 10 } });
    expect((await world.harness.operations.describeRestore({ target })).id).toBe(id);
    world.database.clock.advance(61_000);
    expect((await call('/restore/backup', request)).message).toContain(`Table already exists: ${target}`);
  });

  it('joins nothing if it has another key', async () => {
    await create();
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const { sets } = await world.harness.operations.listBackupSets({ name: 'nightly', limit: 1 });
    const [set] = sets;
    if (set === undefined) throw new Error('no snapshot was made');
    const targets = [{ table: world.table, target: `${world.table}-copy` }];
    const restoreAs = (requestedBy: string) =>
      stopped.operations.restoreBackupSet({ ...set, targets, requestedBy, joinRunning: true });
    await restoreAs('ada');
    await expect(restoreAs('bob')).rejects.toMatchObject({ code: 'TableInUse' });
    expect(await restoreAs('ada')).toMatchObject([{ started: {} }]);
  });
});

describe('/verify/backup', () => {
  it('finds no error in a sound backup, or in one of settings alone', async () => {
    await create();
    await createNext({ options: { ddl_only: 'true' } });
    const { body } = await call('/verify/backup', { backup_name: 'nightly', options: { backup_id: '-1' } });
    expect(body).toMatchObject({ errors: [[]], info: { status: 'sound' } });
    expect(body['backup_ids']).toMatchObject([[expect.any(Number), expect.any(Number)]]);
  });

  it('says how to verify the rest if it has no time for all snapshots', async () => {
    await create();
    const { message } = await call('/verify/backup', { backup_name: 'nightly' }, { waitMs: 0 });
    expect(message).toContain('takes longer than a request may');
  });
});
