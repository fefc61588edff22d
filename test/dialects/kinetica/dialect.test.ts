import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { AccessKey } from '../../../lambda/dialects/access-keys.ts';
import type { HttpRequest, HttpResponse } from '../../../lambda/dialects/http.ts';
import { type Fields, encodeAvro, type RecordValue } from '../../../lambda/dialects/kinetica/avro.ts';
import { handleKinetica } from '../../../lambda/dialects/kinetica/dialect.ts';
import { endpoints } from '../../../lambda/dialects/kinetica/endpoints.ts';
import { toSetId } from '../../../lambda/model/sets.ts';
import { callerErrorCodes, TidemarkError } from '../../../lambda/runtime/errors.ts';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations, throwingOperations } from '../dynamodb/fakes.ts';
import { testKey } from '../rds/support.ts';
import { anyCodePoint } from '../../support/item/arbitrary.ts';
import { scaleRuns } from '../../support/scale.ts';
import { address, captures, readWrapper, toRequest } from './support.ts';

const authorization = `Basic ${Buffer.from('testkey:testsecret').toString('base64')}`;
const types = { json: 'application/json', avro: 'application/octet-stream' } as const;

function post(path: string, body: object | Uint8Array, headers: HttpRequest['headers'] = {}): HttpRequest {
  const isAvro = body instanceof Uint8Array;
  return {
    method: 'POST',
    path,
    query: '',
    headers: { host: address, authorization, 'content-type': isAvro ? types.avro : types.json, ...headers },
    body: isAvro ? body : Buffer.from(JSON.stringify(body)),
    address,
    isSecure: false,
  };
}

interface Setting {
  readonly operations?: ReturnType<typeof fakeOperations>;
  readonly key?: AccessKey;
  readonly log?: Log;
}

function answer(
  request: HttpRequest,
  { operations = fakeOperations(), key = testKey, log = silentLog }: Setting = {},
) {
  const clock = { now: () => 0, sleep: async () => {} };
  return handleKinetica({ operations, keys: async () => [key], clock, log, waitMs: 0 }, request);
}

/** Messages that make clients believe that the server is dead. */
const alarms =
  /connection refused|connection reset|kinetica is (exiting|offline)|system-limited-fatal|query planner is not running|unexpected end of file from server|system shutting down|unavailable: draining ha queue/i;

/** Returns the reasons why the request's client could not read the response. */
function findFaults(request: HttpRequest, response: HttpResponse): string[] {
  const faults: string[] = [];
  const wrapper = readWrapper(response);
  const isOk = response.status === 200;
  const type = response.headers['content-type'];
  if (![200, 400, 401, 404].includes(response.status)) faults.push(`status ${response.status}`);
  if ((type === types.avro) !== /octet-stream|x-snappy/.test(request.headers['content-type'] ?? ''))
    faults.push(`type ${type}`);
  if (Object.keys(wrapper).join(' ') !== 'status message data_type data data_str') faults.push('not whole');
  if (wrapper['status'] !== (isOk ? 'OK' : 'ERROR')) faults.push(`status ${String(wrapper['status'])}`);
  if ((wrapper['data_type'] === 'none') === isOk) faults.push(`data_type ${String(wrapper['data_type'])}`);
  if (isOk === (wrapper['message'] !== '')) faults.push('a message without an error');
  if (alarms.test(String(wrapper['message']))) faults.push(`alarm ${String(wrapper['message'])}`);
  return faults;
}

const backupRequest = {
  backup_name: 'nightly',
  backup_type: 'full',
  backup_objects_map: { table: 'orders' },
  datasink_name: 'default',
  options: {},
};

const messageOf = (response: HttpResponse) => String(readWrapper(response)['message']);

describe('the calls with which a client connects', () => {
  it('report that the server runs, with the URL by which the caller reached it, prefix included', async () => {
    const status = readWrapper(await answer(post('/show/system/status', { options: {} })));
    const { status_map } = JSON.parse(String(status['data_str'])) as { status_map: { system: string } };
    expect(JSON.parse(status_map.system)).toEqual({ status: 'running' });
    const properties = readWrapper(await answer(post('/kin/show/system/properties', {})));
    expect(properties).toMatchObject({
      status: 'OK',
      data_type: 'show_system_properties_response',
      data: '',
    });
    expect(JSON.parse(String(properties['data_str']))).toEqual({
      property_map: {
        'version.gpudb_core_version': expect.stringMatching(/^7\.2(\.\d+){3}$/),
        'conf.number_of_hosts': '1',
        'conf.host0_public_urls': `http://${address}/kin`,
        'conf.worker_http_server_urls': `http://${address}/kin`,
      },
      info: {},
    });
  });
});

describe('the data sinks and sources of the deployment', () => {
  it.each([
    ['datasink', { datasink_names: ['default'], destination_types: ['file'] }, 'destination'],
    ['datasource', { datasource_names: ['default'], storage_provider_types: ['file'] }, 'location'],
  ])('are shown by their name and destination, as a %s', async (kind, expected, place) => {
    const operations = fakeOperations();
    operations.listDataSinks.mockResolvedValue([{ name: 'default', destination: 'file:///home/store' }]);
    const response = await answer(post(`/show/${kind}`, { name: '*', options: {} }), { operations });
    expect(JSON.parse(String(readWrapper(response)['data_str']))).toEqual({
      ...expected,
      additional_info: [{ [place]: 'file:///home/store' }],
      info: {},
    });
  });
});

describe('a snapshot that takes longer than a request may', () => {
  it('gets its answer in time, with its id and how to follow its progress', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
    const operations = fakeOperations({
      listBackupSets: async () => ({ sets: [] }),
      // Even describing a hundred tables takes time.
      describeBackupSet: async (key) => {
        now += 700;
        return fakeOperations().describeBackupSet(key);
      },
    });
    const response = await handleKinetica(
      { operations, keys: async () => [testKey], clock, log: silentLog, waitMs: 20_000 },
      post('/create/backup', backupRequest),
    );
    expect(now - 1_000_000).toBeGreaterThanOrEqual(20_000);
    expect(now - 1_000_000).toBeLessThan(22_000);
    const made = JSON.parse(String(readWrapper(response)['data_str'])) as object;
    expect(made).toMatchObject({
      backup_id: 7,
      info: { status: 'running', follow: expect.stringContaining('backup_id 7') },
    });
  });
});

describe('an error that the caller can correct', () => {
  it.each(callerErrorCodes)('gets a 400 and the error’s message: %s', async (code) => {
    const operations = throwingOperations(new TidemarkError(code, 'do it another way'));
    const response = await answer(post('/show/backup', { backup_name: 'a' }), { operations });
    expect([response.status, messageOf(response)]).toEqual([400, expect.stringContaining('another way')]);
  });
});

describe('a key with the rights of one team', () => {
  const key = { ...testKey, groups: ['orders'], verbs: ['read', 'backup'] } satisfies AccessKey;

  it('makes no snapshot under the name of a backup that it may not see', async () => {
    const response = await answer(post('/create/backup', backupRequest), { key });
    expect([response.status, messageOf(response)]).toEqual([
      400,
      'Another key has a backup nightly: choose another backup_name',
    ]);
  });

  it.each([{ recreate: 'true' }, { max_incremental_backups_to_keep: '1' }])(
    'deletes no snapshots by %o without the verb delete',
    async (options) => {
      const body = { ...backupRequest, options: { ...options } };
      const operations = fakeOperations();
      operations.listBackupSets.mockResolvedValue({ sets: [] });
      const response = await answer(post('/create/backup', body), { key, operations });
      expect([response.status, messageOf(response)]).toEqual([
        400,
        expect.stringContaining('need a key with the verb delete'),
      ]);
    },
  );
});

describe('the restore of a snapshot', () => {
  const restoreInto = async (schema: string, key: AccessKey = testKey) => {
    const made = await fakeOperations().describeBackupSet({ name: 'nightly', id: toSetId(7) });
    const members = made.members.map((member) => ({ ...member, status: 'AVAILABLE' as const }));
    const set = { ...made, status: 'AVAILABLE' as const, members };
    const operations = fakeOperations();
    operations.describeBackupSet.mockResolvedValue(set);
    operations.listBackupSets.mockResolvedValue({ sets: [set] });
    const options = { restore_policy: 'rename', renamed_objects_schema: schema };
    const body = { backup_name: 'nightly', restore_objects_map: {}, datasource_name: 'default', options };
    return answer(post('/restore/backup', body), { key, operations });
  };

  it('is refused if its target cannot be the name of a table', async () => {
    const response = await restoreInto('a b');
    expect([response.status, messageOf(response)]).toEqual([
      400,
      expect.stringContaining('"a b.Music" is not the name of a table'),
    ]);
  });

  it('is refused if the key may not use its target', async () => {
    const response = await restoreInto('theirs', { ...testKey, groups: ['Music'] });
    expect([response.status, messageOf(response)]).toEqual([
      400,
      'Access denied: the user may not use "theirs.Music"',
    ]);
  });
});

describe('a request of Kinetica', () => {
  it.each([
    ['of an unknown endpoint', post('/create/table', {}), 404, 'no such endpoint'],
    ['with another method', { ...post('/show/backup', {}), method: 'GET' }, 400, 'POST'],
    ['without credentials', post('/show/backup', {}, { authorization: undefined }), 401, 'Unauthorized'],
    ['in snappy', post('/show/backup', {}, { 'content-type': 'application/x-snappy' }), 400, 'snappy'],
    ['of another type', post('/show/backup', {}, { 'content-type': 'text/plain' }), 400, 'Content-type'],
    ['that is a list', post('/show/backup', []), 400, 'object'],
    [
      'with a name that is a number',
      post('/show/backup', { backup_name: 5 }),
      400,
      'backup_name must be a string',
    ],
    ['with a list as map', post('/show/backup', { options: [] }), 400, 'options must be a map'],
    ['with an unknown option', post('/show/backup', { options: { colour: 'red' } }), 400, 'Unknown option'],
    ['that is too long', post('/show/backup', new Uint8Array(1024 * 1024 + 1)), 400, 'at most'],
  ] as [string, HttpRequest, number, string][])('%s is refused', async (_, request, status, text) => {
    const response = await answer(request);
    expect(response.status).toBe(status);
    expect(messageOf(response)).toContain(text);
    expect(findFaults(request, response)).toEqual([]);
  });

  it.each([
    [{ backup_type: 'whole' }, 'backup_type must be'],
    [{ backup_name: '' }, 'backup_name'],
    [{ backup_name: 'night*' }, 'backup_name'],
    [{ backup_objects_map: {} }, 'backup_objects_map must name'],
    [{ backup_type: 'incremental' }, 'make a full one first'],
    [{ datasink_name: 'elsewhere' }, 'datasink_name must be default'],
    [{ backup_objects_map: { user: 'ada' } }, '"user"'],
    [{ backup_objects_map: { moon: 'x' } }, 'the type is unknown'],
    [{ options: { checksum: 'yes' } }, 'true or false'],
    [{ options: { block_table_mutations: 'true' } }, 'block_table_mutations must be false'],
    [{ options: { delete_intermediate_backups: 'true' } }, 'needs backup_type differential'],
    [{ options: { max_incremental_backups_to_keep: '0' } }, 'at least 1'],
    [{ options: { max_incremental_backups_to_keep: '-2' } }, 'from -1'],
  ])('is refused if it makes a backup with %j', async (change, text) => {
    const operations = fakeOperations({ listBackupSets: async () => ({ sets: [] }) });
    const response = await answer(post('/create/backup', { ...backupRequest, ...change }), { operations });
    expect(response.status).toBe(400);
    expect(messageOf(response)).toContain(text);
    expect(operations.createBackupSet).not.toHaveBeenCalled();
  });

  it.each([
    [{ verbs: ['read'] }, 'may not backup'],
    [{ groups: ['customers'] }, 'may not use "orders"'],
  ] as [Partial<AccessKey>, string][])('of a key with only %j is refused', async (limits, text) => {
    const operations = fakeOperations({ listBackupSets: async () => ({ sets: [] }) });
    const response = await answer(post('/create/backup', backupRequest), {
      operations,
      key: { ...testKey, ...limits },
    });
    expect(response.status).toBe(400);
    expect(messageOf(response)).toContain(text);
    expect(operations.createBackupSet).not.toHaveBeenCalled();
  });

  it('shows the message of an operation’s error, without words that make clients believe the server is dead', async () => {
    const operations = throwingOperations(
      new TidemarkError('SetInUse', 'Connection refused by kinetica is OFFLINE'),
    );
    const response = await answer(post('/show/backup', { backup_name: 'nightly' }), { operations });
    expect(response.status).toBe(400);
    expect(messageOf(response)).toBe('Connection_refused by kinetica_is_OFFLINE');
  });

  it('gets an answer in ASCII if it is in JSON, because the Python client reads Latin-1', async () => {
    const response = await answer(post('/show/backup', { datasource_name: 'h\u00e9llo \ud83d\ude00' }));
    expect(response.body).toMatch(/^[\x20-\x7e]+$/);
    expect(messageOf(response)).toContain('h\u00e9llo \ud83d\ude00');
  });

  it('gets a 500 without a message for an unexpected error', async () => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const operations = throwingOperations(new TypeError('secret of the server'));
    const response = await answer(post('/show/backup', {}), { operations, log });
    expect(response.status).toBe(500);
    expect(messageOf(response)).not.toContain('secret');
    expect(log.error).toHaveBeenCalledOnce();
  });
});

describe('any request of Kinetica', () => {
  const text = fc.oneof(
    fc.string({ unit: anyCodePoint }),
    fc.constantFrom(
      'nightly',
      'full',
      'default',
      'true',
      '-1',
      '*',
      '',
      'Connection refused',
      'x'.repeat(3000),
    ),
  );
  const recordOf = (fields: Fields) =>
    fc.record(
      Object.fromEntries(
        Object.entries(fields).map(([name, type]) => [
          name,
          type === 'string'
            ? text.map((value) => value.toWellFormed())
            : fc.dictionary(
                fc.constantFrom('table', 'all', 'dry_run', 'backup_id'),
                text.map((value) => value.toWellFormed()),
              ),
        ]),
      ),
    );
  const valid = fc.constantFrom(...endpoints).chain((each) =>
    fc.tuple(recordOf(each.request), fc.boolean()).map(([record, isAvro]) => {
      const bytes = encodeAvro(each.request, record as RecordValue<Fields>);
      return post(each.path, isAvro ? bytes : record);
    }),
  );
  const broken = fc
    .tuple(
      fc.constantFrom(...captures.flatMap(({ requests }) => requests)),
      fc.nat(),
      fc.uint8Array({ maxLength: 12 }),
    )
    .map(([recorded, at, bytes]) => {
      const request = toRequest(recorded);
      const place = at % (request.body.length + 1);
      const body = Buffer.concat([request.body.subarray(0, place), bytes, request.body.subarray(place + 1)]);
      return { ...request, body };
    });
  const wild = fc.record({
    method: fc.constantFrom('POST', 'GET'),
    path: fc.oneof(fc.constantFrom(...endpoints.map(({ path }) => path)), text),
    query: text,
    headers: fc.record({
      'content-type': fc.constantFrom(
        types.json,
        types.avro,
        'application/x-snappy',
        'text/plain',
        undefined,
      ),
      authorization: fc.oneof(fc.constant(authorization), text),
    }),
    body: fc.oneof(
      fc.uint8Array(),
      fc.json().map((json) => Buffer.from(json)),
    ),
    address: fc.constant(address),
    isSecure: fc.boolean(),
  });

  it('gets a whole wrapper in its own encoding, and causes no internal error and no alarm', async () => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    await fc.assert(
      fc.asyncProperty(fc.oneof(valid, broken, wild), async (request) => {
        expect(findFaults(request, await answer(request, { log }))).toEqual([]);
      }),
      { numRuns: scaleRuns(500) },
    );
    expect(log.error).not.toHaveBeenCalled();
  });
});
