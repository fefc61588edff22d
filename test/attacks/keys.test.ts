import { describe, expect, it } from 'vitest';
import { type AccessKey, keyVerbs } from '../../lambda/dialects/access-keys.ts';
import { handleKinetica } from '../../lambda/dialects/kinetica/dialect.ts';
import { endpoints } from '../../lambda/dialects/kinetica/endpoints.ts';
import { actions } from '../../lambda/dialects/rds/actions.ts';
import { handleRds } from '../../lambda/dialects/rds/dialect.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { fakeOperations } from '../dialects/dynamodb/fakes.ts';
import { readWrapper } from '../dialects/kinetica/support.ts';
import { readAnswer, sign, testKey } from '../dialects/rds/support.ts';

/*
 * A caller of the dialects with keys of their own uses a key that has not the verb of an action, or has not the group of its
 * tables. None may reach an operation that reads or changes a backup.
 */

const now = Date.UTC(2026, 0, 2);
const address = '127.0.0.1';

/** Operations whose sets are all of a table that the key may not use. Returns their names that were called. */
function spyOperations() {
  const operations = fakeOperations();
  const called = () =>
    Object.entries(operations)
      .filter(([, operation]) => operation.mock.calls.length > 0)
      .map(([name]) => name);
  return { operations, called };
}

async function askRds(action: string, parameters: Record<string, string>, key: AccessKey) {
  const { operations, called } = spyOperations();
  const services = {
    operations,
    keys: async () => [key],
    clock: { now: () => now },
    log: silentLog,
    region: 'eu-west-1',
  };
  const request = sign(action, parameters, { now });
  const response = await handleRds(services, request);
  return { ...readAnswer(response), status: response.status, called: called() };
}

async function askKinetica(path: string, body: object, key: AccessKey) {
  const { operations, called } = spyOperations();
  const clock = { now: () => 0, sleep: async () => {} };
  const authorization = `Basic ${Buffer.from('testkey:testsecret').toString('base64')}`;
  const headers = { host: address, authorization, 'content-type': 'application/json' };
  const response = await handleKinetica(
    { operations, keys: async () => [key], clock, log: silentLog, waitMs: 0 },
    {
      method: 'POST',
      path,
      query: '',
      headers,
      body: Buffer.from(JSON.stringify(body)),
      address,
      isSecure: false,
    },
  );
  return { status: response.status, text: JSON.stringify(readWrapper(response)), called: called() };
}

describe.each(actions.map(({ name, verb }) => ({ name, verb })))('$name of RDS', ({ name, verb }) => {
  const parameters = { DBInstanceId: 'Music', BackupId: '7' };

  it('is refused to a key that has all verbs but the one that it needs', async () => {
    const verbs = keyVerbs.filter((each) => each !== verb);
    const answer = await askRds(name, parameters, { ...testKey, verbs });
    expect(answer).toMatchObject({ status: 403, called: ['useNonce'] });
  });

  it('is refused to a key of another group', async () => {
    const answer = await askRds(name, parameters, { ...testKey, groups: ['Music2', 'music', 'Mus'] });
    expect(answer).toMatchObject({ status: 403, called: ['useNonce'] });
  });
});

/** What changes or reads backups, or shows more than their records. */
const harmful = new Set([
  'createBackupSet',
  'deleteBackupSet',
  'restoreBackupSet',
  'restoreTable',
  'verifyBackup',
  'updateSeries',
]);

const bodies: Readonly<Record<string, object>> = {
  '/create/backup': {
    backup_name: 'new',
    backup_type: 'full',
    backup_objects_map: { Music: 'table' },
    datasink_name: 'default',
  },
  '/restore/backup': { backup_name: 'nightly', restore_objects_map: {}, datasource_name: 'default' },
};

describe.each(endpoints.map(({ path, verb }) => ({ path, verb })))('$path of Kinetica', ({ path, verb }) => {
  const body = bodies[path] ?? { backup_name: 'nightly' };

  it('is refused to a key that has all verbs but the one that it needs, unless every client calls it', async () => {
    const verbs = keyVerbs.filter((each) => each !== verb);
    const answer = await askKinetica(path, body, { ...testKey, verbs });
    expect(answer).toMatchObject({ status: verb === 'any' ? 200 : 400, called: [] });
    expect(answer.text.includes(`may not ${verb}`)).toBe(verb !== 'any');
  });

  it('shows and changes no backup of a table of another group', async () => {
    const { text, called } = await askKinetica(path, body, {
      ...testKey,
      groups: ['Music2', 'music', 'Mus'],
    });
    expect(called.filter((operation) => harmful.has(operation))).toEqual([]);
    expect(text).not.toContain('arn:aws');
  });
});

it('Kinetica shows to any key only that the server is there and which version it has', () => {
  const open = endpoints.filter(({ verb }) => verb === 'any').map(({ path }) => path);
  expect(open).toEqual(['/show/system/status', '/show/system/properties']);
});
