import { beforeAll, describe, expect, test } from 'vitest';
import { startPython } from './clients/python.ts';
import { findPythonWith, useDialects } from './dialects.ts';
import { eventually } from '../support/wire/support.ts';

const dialects = useDialects();
const python = findPythonWith('gpudb');

interface Answer {
  readonly ok: boolean;
  readonly message: string;
  readonly body: Record<string, unknown>;
}

test('Kinetica answers plain HTTP, even if no client is installed', async () => {
  const answer = await fetch(`http://${dialects.kinetica}/show/system/status`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('local:local').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: '{"options":{}}',
  });
  expect(await answer.json()).toMatchObject({ status: 'OK', data_type: 'show_system_status_response' });
});

// The client sends Avro by default.
describe.for(python === undefined ? [] : (['BINARY', 'JSON'] as const))(
  'Kinetica with gpudb, %s',
  (encoding) => {
    const ask = startPython(python ?? '', 'gpudb_client.py', process.env);
    const call = async (method: string, args: object, secret = 'local'): Promise<Answer> => {
      const url = `http://${dialects.kinetica}`;
      return JSON.parse(await ask({ url, encoding, secret, method, arguments: args })) as Answer;
    };
    const name = `nightly-${encoding}`;
    let table: string;
    const full = () => ({
      backup_name: name,
      backup_type: 'full',
      backup_objects_map: { table },
      datasink_name: 'default',
      options: { comment: 'h\u00e9llo', checksum: 'true' },
    });
    beforeAll(async () => {
      table = await dialects.tables.createTable(`kinetica-${encoding}`);
      await dialects.tables.fill(table, 60);
    });

    test('estimates a backup without making it', async () => {
      const plan = await call('create_backup', { ...full(), options: { dry_run: 'true' } });
      expect(plan).toMatchObject({ ok: true, body: { backup_id: 0, info: { dry_run: 'true' } } });
      expect(await call('show_backup', { backup_name: name, datasource_name: 'default' })).toMatchObject({
        ok: false,
        message: expect.stringContaining('There is no backup'),
      });
    });

    test('backs up, shows, verifies, restores and drops a backup', async () => {
      const made = await call('create_backup', full());
      expect(made).toMatchObject({
        ok: true,
        body: { backup_name: name, copied_records: 60, copied_files: 1, total_number_of_records: 60 },
      });
      await dialects.tables.fill(table, 2, 'second', 60);
      const next = {
        backup_name: name,
        backup_type: 'incremental',
        backup_objects_map: {},
        datasink_name: 'default',
      };
      const second = await call('create_backup', next);
      expect(second).toMatchObject({
        ok: true,
        body: { copied_records: 2, total_number_of_records: 62, info: { backup_type: 'incremental' } },
      });
      expect(second.body['backup_id']).toBeGreaterThan(Number(made.body['backup_id']));

      const show = {
        backup_name: name,
        datasource_name: 'default',
        options: { backup_type: 'all', show_contents: 'object_names' },
      };
      expect(await call('show_backup', show)).toMatchObject({
        ok: true,
        body: {
          backup_ids: [{ backup_type: 'incremental' }, { backup_type: 'full', comment: 'h\u00e9llo' }],
          backup_contents: [{ object_name: table }, { object_name: table }],
        },
      });
      const verify = { backup_name: name, datasource_name: 'default', options: { backup_id: '-1' } };
      expect(await call('verify_backup', verify)).toMatchObject({
        ok: true,
        body: { errors: [[]], info: { status: 'sound' } },
      });

      const restore = { backup_name: name, restore_objects_map: {}, datasource_name: 'default' };
      expect(await call('restore_backup', restore)).toMatchObject({
        ok: false,
        message: expect.stringContaining('already exists'),
      });
      const renamed = { restore_policy: 'rename', renamed_objects_schema: `copy-${encoding}` };
      const target = `copy-${encoding}.${table}`;
      expect(await call('restore_backup', { ...restore, options: renamed })).toMatchObject({
        ok: true,
        body: { restored_records: 62, renamed_objects: { [table]: target }, failed_objects: {} },
      });
      await eventually(
        async () => (await dialects.tables.call('Scan', { TableName: target })).status === 200,
      );

      const merge = { backup_name: name, action: 'merge', value: '', datasink_name: 'default' };
      expect(await call('alter_backup', merge)).toMatchObject({
        ok: true,
        body: {
          backup_id: second.body['backup_id'],
          total_number_of_records: 62,
          info: { deleted_backup_ids: String(made.body['backup_id']) },
        },
      });
      const settings = await call('create_backup', { ...next, options: { ddl_only: 'true' } });
      expect(settings).toMatchObject({ ok: true, body: { copied_records: 0, info: { status: 'done' } } });

      expect(await call('drop_backup', { backup_name: name, datasink_name: 'default' })).toMatchObject({
        ok: true,
        body: { backup_names: [name] },
      });
      expect(await call('drop_backup', { backup_name: name, datasink_name: 'default' })).toMatchObject({
        ok: false,
      });
    });

    test('reports errors with the service’s messages', async () => {
      expect(
        await call('create_backup', {
          ...full(),
          backup_name: 'people',
          backup_objects_map: { user: 'ada' },
        }),
      ).toMatchObject({
        ok: false,
        message: expect.stringContaining('Objects of type "user" cannot be backed up here'),
      });
      expect(await call('create_backup', { ...full(), backup_name: 'Connection refused*' })).toMatchObject({
        ok: false,
      });
    });

    test('rejects a wrong password', async () => {
      expect(
        await call('show_backup', { backup_name: '', datasource_name: 'default' }, 'wrong'),
      ).toMatchObject({
        ok: false,
        message: expect.stringMatching(/nauthorized/),
      });
    });
  },
);
