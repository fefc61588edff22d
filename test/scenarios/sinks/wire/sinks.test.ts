import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { openLocalKeys } from '../../../../local/local-keys.ts';
import type { Runtime } from '../../../../local/runtime.ts';
import {
  call,
  createClients,
  createTemporaryFolder,
  startTestRuntime,
} from '../../../support/local/support.ts';

type Json = Record<string, unknown>;

/** Starts a runtime with a data sink in its own folder and one on a disk. */
async function start(home: string, sinks = ['archive', 'disk']): Promise<Runtime> {
  const configured = [
    { name: 'archive', bucket: 'cold', prefix: 'eu', allowsNewSinks: true },
    { name: 'disk', bucket: 'disk', folder: join(home, 'disk') },
  ];
  await mkdir(join(home, 'disk'), { recursive: true });
  return startTestRuntime(home, {
    sinks: configured.filter(({ name }) => sinks.includes(name)),
    dialects: { ports: { rds: 0, kinetica: 0 }, keys: await openLocalKeys(undefined) },
  });
}

async function createTable({ url }: Runtime): Promise<void> {
  const { dynamodb } = createClients(url);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'Music',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'Song', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'Song', AttributeType: 'S' }],
    }),
  );
  await dynamodb.send(new PutItemCommand({ TableName: 'Music', Item: { Song: { S: 'one' } } }));
}

async function send({ url }: Runtime, operation: string, body: object): Promise<Json> {
  return (await (await call(url, `DynamoDB_20120810.${operation}`, body)).json()) as Json;
}

/** Calls an endpoint of the Kinetica dialect. Returns its answer, or the message of its error. */
async function kinetica({ dialectUrls }: Runtime, path: string, body: object): Promise<Json | string> {
  const response = await fetch(`${dialectUrls?.kinetica}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('local:local')}` },
    body: JSON.stringify(body),
  });
  const { status, message, data_str } = (await response.json()) as Record<string, string>;
  return status === 'OK' ? (JSON.parse(String(data_str)) as Json) : String(message);
}

it('CreateBackup stores a backup in the data sink that it names, and refuses unknown and unreachable ones', async () => {
  const home = await createTemporaryFolder();
  const runtime = await start(home);
  await createTable(runtime);
  const create = (DataSink: string) =>
    send(runtime, 'CreateBackup', {
      TableName: 'Music',
      BackupName: 'nightly',
      TidemarkOptions: { DataSink },
    });
  const made = (await create('archive')) as { BackupDetails: { BackupArn: string } };
  await runtime.executions.idle();
  const { BackupArn } = made.BackupDetails;
  expect(await send(runtime, 'DescribeBackup', { BackupArn })).toMatchObject({
    BackupDescription: { BackupDetails: { BackupStatus: 'AVAILABLE', Tidemark: { DataSink: 'archive' } } },
  });
  expect(await readdir(join(home, 'sinks/cold/eu'))).toEqual(
    expect.arrayContaining(['tables', 'tidemark-sink.json']),
  );
  expect(await create('nowhere')).toMatchObject({
    __type: expect.stringContaining('DataSinkNotFoundException'),
    message: 'There is no data sink "nowhere": use default or archive or disk',
  });
  await rm(join(home, 'disk'), { recursive: true });
  expect(await create('disk')).toMatchObject({
    __type: expect.stringContaining('DataSinkUnreachableException'),
    message: expect.stringMatching(
      /^The folder of the data sink disk \(file:\/\/.*\/disk\) does not exist\. /,
    ),
  });

  await runtime.close();
  const without = await start(home, []);
  expect(await send(without, 'VerifyBackup', { BackupArn })).toMatchObject({
    __type: expect.stringContaining('DataSinkNotFoundException'),
    message: expect.stringContaining('no data sink archive any longer'),
  });
});

it('a request for a Kinetica backup that names another data sink is refused, and the error names the right one', async () => {
  const runtime = await start(await createTemporaryFolder());
  await createTable(runtime);
  const create = (datasink_name: string, backup_type: string, options = {}) =>
    kinetica(runtime, '/create/backup', {
      backup_name: 'nightly',
      backup_type,
      backup_objects_map: backup_type === 'full' ? { table: 'Music' } : {},
      datasink_name,
      options,
    });
  expect(await create('nowhere', 'full')).toBe(
    'datasink_name must be default or archive or disk: there is no data sink or source "nowhere"',
  );
  expect(await create('archive', 'full')).toMatchObject({ info: { status: 'done', backup_type: 'full' } });
  const elsewhere = (parameter: string) =>
    `Backup nightly is in the data sink archive: ${parameter} must name that one`;
  expect(await create('default', 'incremental')).toBe(elsewhere('datasink_name'));
  expect(await create('archive', 'incremental')).toMatchObject({ info: { backup_type: 'incremental' } });

  const ask = (path: string, more: object) =>
    kinetica(runtime, path, { backup_name: 'nightly', datasource_name: '', options: {}, ...more });
  const shown = { datasink_name: 'archive' };
  expect(await ask('/show/backup', {})).toMatchObject({
    backup_description: [expect.objectContaining(shown)],
  });
  expect(await ask('/show/backup', { backup_name: '*', datasource_name: 'disk' })).toMatchObject({
    backup_description: [],
  });
  expect(await ask('/verify/backup', { datasource_name: 'disk' })).toBe(elsewhere('datasource_name'));
  expect(await ask('/verify/backup', { datasource_name: 'archive' })).toMatchObject({ errors: [[]] });
  const restore = {
    restore_objects_map: {},
    options: { restore_policy: 'rename', renamed_objects_schema: 'old' },
  };
  expect(await ask('/restore/backup', { ...restore, datasource_name: 'default' })).toBe(
    elsewhere('datasource_name'),
  );
  expect(await ask('/restore/backup', { ...restore, datasource_name: 'archive' })).toMatchObject({
    restored_records: 1,
  });
  expect(await ask('/drop/backup', { datasink_name: 'disk' })).toBe(elsewhere('datasink_name'));
  const none = await ask('/drop/backup', { backup_name: '*', datasink_name: 'disk' });
  expect(none).toBe('There is no backup "*"');
  expect(await create('default', 'full', { recreate: 'true' })).toBe(elsewhere('datasink_name'));
  const dropped = await ask('/drop/backup', { datasink_name: 'archive' });
  expect(dropped).toMatchObject({ backup_names: ['nightly'] });
  expect(await create('default', 'full')).toMatchObject({ info: { status: 'done', backup_type: 'full' } });
});

it('Kinetica makes data sinks within what the configuration allows, uses and drops them', async () => {
  const runtime = await start(await createTemporaryFolder());
  await createTable(runtime);
  const ask = (path: string, body: object) => kinetica(runtime, path, { options: {}, ...body });
  const team = { name: 'team', destination: 's3://cold/eu/team' };
  expect(await ask('/create/datasink', team)).toEqual({ name: 'team', info: {} });
  expect(await ask('/create/datasink', { name: 'x', destination: 's3://disk/x' })).toBe(
    'A data sink cannot be made at that destination: the configuration allows s3:// destinations below s3://cold/eu',
  );
  const credential = { ...team, options: { credential: 'mine' } };
  expect(await ask('/create/datasink', credential)).toContain('Unknown option "credential"');
  expect(await ask('/show/datasink', { name: 'team' })).toMatchObject({
    datasink_names: ['team'],
    additional_info: [{ destination: expect.stringMatching(/^file:.*\/sinks\/cold\/eu\/team$/) }],
  });
  const source = { name: 'team', user_name: '', password: '' };
  const { additional_info: shown } = (await ask('/show/datasource', { name: 'team' })) as {
    additional_info: { location: string }[];
  };
  const location = String(shown[0]?.location);
  expect(await ask('/create/datasource', { ...source, location })).toEqual({ name: 'team', info: {} });
  expect(await ask('/create/datasource', { ...source, location: 's3://other' })).toContain(
    'location must be',
  );
  const withPassword = { ...source, location, password: 'secret' };
  expect(await ask('/create/datasource', withPassword)).toMatch(/^user_name and password must be empty/);
  const made = await ask('/create/backup', {
    backup_name: 'nightly',
    backup_type: 'full',
    backup_objects_map: { table: 'Music' },
    datasink_name: 'team',
  });
  expect(made).toMatchObject({ info: { status: 'done' } });
  expect(await ask('/drop/datasink', { name: 'team' })).toBe(
    'The data sink team has backups of table Music: delete them first',
  );
  await ask('/drop/backup', { backup_name: 'nightly', datasink_name: 'team' });
  expect(await ask('/drop/datasink', { name: 'team' })).toEqual({ name: 'team', info: {} });
  expect(await ask('/show/datasink', { name: 'team' })).toContain('there is no data sink or source "team"');
});
