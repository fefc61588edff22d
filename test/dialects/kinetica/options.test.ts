import { describe, expect, it, type Mock } from 'vitest';
import { handleKinetica } from '../../../lambda/dialects/kinetica/dialect.ts';
import { type ListedSet, toSetId } from '../../../lambda/model/sets.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations } from '../dynamodb/fakes.ts';
import { testKey } from '../rds/support.ts';
import { address, readWrapper } from './support.ts';

/** Sends a request to an endpoint over a backup `nightly` with these snapshots. Returns the message and the operations. */
async function send(path: string, body: object, snapshots: readonly ListedSet[] = []) {
  const made = await fakeOperations().describeBackupSet({ name: 'nightly', id: toSetId(7) });
  const members = made.members.map((member) => ({ ...member, status: 'AVAILABLE' as const }));
  const described = { ...made, ...snapshots[0], status: 'AVAILABLE' as const, members };
  const operations = fakeOperations({
    listBackupSets: async () => ({ sets: snapshots }),
    describeBackupSet: async () => described,
  });
  const response = await handleKinetica(
    {
      operations,
      keys: async () => [testKey],
      clock: { now: () => 0, sleep: async () => {} },
      log: silentLog,
      waitMs: 1000,
    },
    {
      method: 'POST',
      path,
      query: '',
      headers: {
        authorization: `Basic ${Buffer.from('testkey:testsecret').toString('base64')}`,
        'content-type': 'application/json',
      },
      body: Buffer.from(JSON.stringify(body)),
      address,
      isSecure: false,
    },
  );
  const { message, data_str: record } = readWrapper(response);
  return { message: String(message), record: String(record), operations };
}

async function listOf(...changes: Partial<ListedSet>[]): Promise<ListedSet[]> {
  const set = await fakeOperations().describeBackupSet({ name: 'nightly', id: toSetId(7) });
  return changes.map((change) => ({ ...set, status: 'AVAILABLE', kind: 'full', ...change }));
}

type Case = readonly [request: object, outcome: object | string];

const textWith = (part: string): unknown => expect.stringContaining(part);

/** Expects the operation to be called with this input, or a refusal with this message and no call. */
function expectOutcome(message: string, operation: Mock, outcome: object | string): void {
  const seen = (operation.mock.calls[0]?.[0] ?? { message }) as object;
  expect(seen).toMatchObject(typeof outcome === 'string' ? { message: textWith(outcome) } : outcome);
}

const full = {
  backup_name: 'nightly',
  backup_type: 'full',
  backup_objects_map: { table: 'Music' },
  datasink_name: 'default',
};
const next = { ...full, backup_type: 'incremental', backup_objects_map: {} };
const options = (given: Readonly<Record<string, string>>) => ({ options: given });

describe('every parameter and option of /create/backup', () => {
  // The second column has a part of the requested set, or of the refusal's message.
  const first: Case[] = [
    [{}, { name: 'nightly', kind: 'full', tables: ['Music'] }],
    [{ backup_type: 'differential', backup_objects_map: {} }, 'make a full one first'],
    [{ backup_objects_map: { all: 'all' } }, { tables: ['Music'], group: 'all' }],
    [{ backup_objects_map: { all: 'Music' } }, { tables: ['Music'] }],
    [{ backup_objects_map: { table: 'Music', monitor: 'Music' } }, { kind: 'full', streamsOf: ['Music'] }],
    [{ backup_objects_map: { monitor: 'Music' } }, { source: 'settings', streamsOf: ['Music'] }],
    [
      { backup_objects_map: { table: 'Music', resource_group: 'Music' } },
      { kind: 'full', tables: ['Music'] },
    ],
    [{ backup_objects_map: { resource_group: 'Music' } }, { source: 'settings', tables: ['Music'] }],
    [{ backup_objects_map: { table: 'Music', monitor: 'Other' } }, 'name Other as table too'],
    ...[
      'catalog',
      'context',
      'credential',
      'directory',
      'function_environment',
      'graph',
      'stored_procedure',
      'user',
      'user_defined_function',
    ].map((type): Case => [
      { backup_objects_map: { [type]: 'x' } },
      `"${type}" cannot be backed up here: DynamoDB has none. The types that can are table, all, monitor, resource_group`,
    ]),
    [{ backup_objects_map: { role: 'x' } }, '"role" cannot be backed up here: the resource policy'],
    [{ backup_objects_map: { datasink: 'x' } }, '"datasink" cannot be backed up here: data sinks are in'],
    [{ backup_objects_map: { datasource: 'x' } }, '"datasource" cannot be backed up here'],
    [options({ checksum: 'true' }), { checksum: true }],
    [options({ checksum: 'false' }), { name: 'nightly' }],
    [options({ comment: 'before the release' }), { comment: 'before the release' }],
    [options({ comment: 'x'.repeat(1025) }), 'at most 1024 characters'],
    [options({ ddl_only: 'true' }), { source: 'settings', tables: ['Music'] }],
    [options({ ddl_only: 'false' }), { kind: 'full' }],
    [options({ block_table_mutations: 'true' }), 'block_table_mutations must be false'],
    [options({ block_table_mutations: 'false' }), { kind: 'full' }],
    [options({ delete_intermediate_backups: 'true' }), 'needs backup_type differential'],
    [options({ max_incremental_backups_to_keep: '-1' }), { kind: 'full' }],
    [options({ max_incremental_backups_to_keep: '3' }), { replaces: { keepIncrementals: 3 } }],
    [options({ max_incremental_backups_to_keep: '0' }), 'at least 1'],
    [options({ recreate: 'true' }), { replaces: { all: true } }],
  ];
  it.each(first)('decides the first snapshot: %j', async (request, outcome) => {
    const { message, operations } = await send('/create/backup', { ...full, ...request });
    expectOutcome(message, operations.createBackupSet, outcome);
  });

  it('makes only an estimate if dry_run is true', async () => {
    const { operations } = await send('/create/backup', { ...full, ...options({ dry_run: 'true' }) });
    expect(operations.createBackupSet).not.toHaveBeenCalled();
    expect(operations.planBackupSet).toHaveBeenCalledOnce();
  });

  const later: Case[] = [
    [{}, { kind: 'incremental', tables: ['Music'] }],
    [{ backup_type: 'differential' }, { kind: 'differential' }],
    [{ backup_objects_map: { table: 'Music' } }, 'backup_objects_map must be empty'],
    [full, 'The backup exists already'],
    [
      { ...full, ...options({ recreate: 'true' }) },
      { kind: 'full', replaces: { all: true } },
    ],
    [options({ recreate: 'true' }), 'recreate needs backup_type full'],
    [options({ ddl_only: 'true' }), { source: 'settings' }],
    [
      { backup_type: 'differential', ...options({ delete_intermediate_backups: 'true' }) },
      { kind: 'differential', replaces: { sinceFull: true } },
    ],
    [
      {
        backup_type: 'differential',
        ...options({ delete_intermediate_backups: 'true', ddl_only: 'true' }),
      },
      'exclude each other',
    ],
  ];
  it.each(later)('decides a later snapshot: %j', async (request, outcome) => {
    const { message, operations } = await send('/create/backup', { ...next, ...request }, await listOf({}));
    expectOutcome(message, operations.createBackupSet, outcome);
  });
});

describe('a snapshot that replaces a backup', () => {
  it('begins without the options that were set for the backup', async () => {
    const request = { ...full, ...options({ recreate: 'true' }) };
    const { operations } = await send('/create/backup', request, await listOf({}));
    expect(operations.updateSeries).toHaveBeenCalledExactlyOnceWith({ name: 'nightly', settings: {} });
  });
});

describe('the next snapshot of a backup', () => {
  it('names the deleted tables in a dry run', async () => {
    const request = { ...next, ...options({ dry_run: 'true' }) };
    const { record, operations } = await send(
      '/create/backup',
      request,
      await listOf({ tables: ['Gone', 'Music'] }),
    );
    expect(operations.planBackupSet).toHaveBeenCalledWith(expect.objectContaining({ tables: ['Music'] }));
    expect(JSON.parse(record)).toMatchObject({ info: { dry_run: 'true', missing_tables: 'Gone' } });
  });

  const request = async (...snapshots: Partial<ListedSet>[]) => {
    const { operations } = await send('/create/backup', next, await listOf(...snapshots));
    return operations.createBackupSet.mock.calls[0]?.[0];
  };

  it('has the objects of the full snapshot, not those of a later snapshot that lacks a table', async () => {
    const later = { kind: 'incremental', tables: ['Other'] } as const;
    expect(await request(later, { tables: ['Music'] })).toMatchObject({ tables: ['Music'] });
  });

  it('has only settings if the backup has nothing else', async () => {
    expect(await request({ source: 'settings' })).toMatchObject({ source: 'settings' });
    const wanted = await request({ source: 'settings' }, { source: 'stream' });
    expect(wanted).toMatchObject({ kind: 'incremental' });
    expect(wanted).not.toHaveProperty('source');
  });
});

describe('every option of /restore/backup', () => {
  const cases: Case[] = [
    [{}, { targets: [{ table: 'Music', target: 'Music' }], joinRunning: true }],
    [options({ checksum: 'true' }), { name: 'nightly' }],
    [options({ create_schema_if_not_exist: 'false' }), { name: 'nightly' }],
    [options({ cascade_foreign_keys: 'true' }), { name: 'nightly' }],
    [options({ restore_subscriptions: 'pause' }), { name: 'nightly' }],
    [options({ restore_subscriptions: 'stop' }), 'one of resume, pause, cancel'],
    [options({ ddl_only: 'true' }), 'ddl_only must be false'],
    [options({ reingest: 'true' }), 'reingest must be false'],
    [options({ restore_all_permissions: 'true' }), 'restore_all_permissions must be false'],
    [options({ restore_policy: 'replace' }), 'restore_policy must be none or rename'],
    [options({ restore_policy: 'rename' }), 'must be used together'],
    [options({ renamed_objects_schema: 'copy' }), 'must be used together'],
    [
      options({ restore_policy: 'rename', renamed_objects_schema: 'copy' }),
      { targets: [{ table: 'Music', target: 'copy.Music' }] },
    ],
    [options({ target_schema_map: 'Music' }), 'pairs from:to'],
    [
      { restore_objects_map: { table: 'Music', monitor: 'Music' } },
      { targets: [{ table: 'Music', target: 'Music', keep: ['stream'] }] },
    ],
    [
      { restore_objects_map: { table: 'Music', resource_group: 'Music' } },
      { targets: [{ table: 'Music', target: 'Music', keep: [] }] },
    ],
    [{ restore_objects_map: { table: 'Music', monitor: 'Other' } }, 'name Other as table too'],
    [{ restore_objects_map: { monitor: 'Music' } }, 'has none of these objects'],
    [{ restore_objects_map: { role: 'x' } }, '"role"'],
  ];
  it.each(cases)('%j', async (request, outcome) => {
    const body = { backup_name: 'nightly', restore_objects_map: {}, datasource_name: 'default', ...request };
    const { message, operations } = await send('/restore/backup', body, await listOf({}));
    expectOutcome(message, operations.restoreBackupSet, outcome);
  });

  it('ddl_only is accepted for a snapshot of settings alone', async () => {
    const body = { backup_name: 'nightly', ...options({ ddl_only: 'true' }) };
    const { operations } = await send('/restore/backup', body, await listOf({ source: 'settings' }));
    expect(operations.restoreBackupSet).toHaveBeenCalledOnce();
  });
});

describe('every action of /alter/backup', () => {
  const snapshots = () =>
    listOf(
      { id: toSetId(9), kind: 'incremental' },
      { id: toSetId(8), kind: 'incremental' },
      { id: toSetId(7), kind: 'full' },
    );
  const alter = async (request: object) =>
    send('/alter/backup', { backup_name: 'nightly', datasink_name: '', ...request }, await snapshots());

  it.each([
    [{ action: 'checksum', value: 'true' }, { checksum: true }, []],
    [{ action: 'checksum', value: 'false' }, { checksum: false }, []],
    [{ action: 'ddl_only', value: 'true' }, { settingsAlone: true }, []],
    [{ action: 'max_incremental_backups_to_keep', value: '1' }, { keepIncrementals: 1 }, [8]],
    [{ action: 'max_incremental_backups_to_keep', value: '-1' }, {}, []],
    [{ action: 'merge', value: '' }, {}, [8, 7]],
    [{ action: 'purge', value: '7' }, {}, [7]],
    [{ action: 'purge', value: '7', options: { comment: 'old' } }, { comment: 'old' }, [7]],
  ])('%j', async (request, settings, deleted) => {
    const { message, operations } = await alter(request);
    expect(message).toBe('');
    expect(operations.updateSeries).toHaveBeenCalledWith({ name: 'nightly', settings });
    expect(operations.deleteBackupSet.mock.calls.map(([{ id }]) => id)).toEqual(deleted);
    const dry = await alter({ ...request, options: { dry_run: 'true' } });
    expect(dry.message).toBe('');
    expect(dry.operations.updateSeries).not.toHaveBeenCalled();
    expect(dry.operations.deleteBackupSet).not.toHaveBeenCalled();
  });

  it.each([
    [{ action: 'rename', value: 'x' }, 'action must be one of checksum, ddl_only, max_incremental'],
    [{ action: 'checksum', value: 'yes' }, 'checksum must be true or false'],
    [{ action: 'checksum', value: '' }, 'value must be given'],
    [{ action: 'max_incremental_backups_to_keep', value: '0' }, 'at least 1'],
    [{ action: 'max_incremental_backups_to_keep', value: 'two' }, 'whole number'],
    [{ action: 'merge', value: 'all' }, 'at most 0 characters'],
    [{ action: 'purge', value: '99' }, 'must be the id of a snapshot'],
    [{ action: 'checksum', value: 'true', backup_name: 'night*' }, 'must be the name of one backup'],
  ])('%j is refused', async (request, text) => {
    const { message, operations } = await alter(request);
    expect(message).toContain(text);
    expect(operations.updateSeries).not.toHaveBeenCalled();
    expect(operations.deleteBackupSet).not.toHaveBeenCalled();
  });

  it('purge keeps the only snapshot', async () => {
    const body = { backup_name: 'nightly', action: 'purge', value: '7' };
    const { message } = await send('/alter/backup', body, await listOf({}));
    expect(message).toContain('drop the backup instead');
  });

  it('merge is refused if the latest snapshot lacks a table', async () => {
    const body = { backup_name: 'nightly', action: 'merge' };
    const { message } = await send('/alter/backup', body, await listOf({ status: 'PARTIAL' }, {}));
    expect(message).toContain('lacks tables or their items');
  });
});
