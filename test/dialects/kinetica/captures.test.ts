import { describe, expect, it } from 'vitest';
import { decodeAvro, encodeAvro } from '../../../lambda/dialects/kinetica/avro.ts';
import { findKey } from '../../../lambda/dialects/kinetica/credentials.ts';
import { endpoints } from '../../../lambda/dialects/kinetica/endpoints.ts';
import { readRequest } from '../../../lambda/dialects/kinetica/read-request.ts';
import { KineticaError } from '../../../lambda/dialects/kinetica/kinetica-error.ts';
import { testKey } from '../rds/support.ts';
import { captures, readWrapper, type Recorded, toBytes, toRequest } from './support.ts';

const cases = captures.flatMap(({ name, requests }) =>
  requests.map((recorded, i) => [`${name} ${i + 1}`, recorded] as const),
);

function findEndpoint(path: string) {
  const found = endpoints.find((each) => path.endsWith(each.path));
  if (found === undefined) throw new Error(`no endpoint ${path}`);
  return found;
}

const isAvro = ({ headers }: Recorded) =>
  headers.some(
    ([name, value]) => name?.toLowerCase() === 'content-type' && value === 'application/octet-stream',
  );

const avroCases = cases.filter(([, recorded]) => isAvro(recorded));

describe('a captured request of an official client', () => {
  it.each(cases)('is decoded to a record: %s', (_, recorded) => {
    const request = toRequest(recorded);
    const { request: fields } = findEndpoint(request.path);
    expect(Object.keys(readRequest(request, fields))).toEqual(Object.keys(fields));
  });

  it.each(cases.filter(([, { target }]) => target.endsWith('/create/backup')))(
    'has the values with which its client requested a backup: %s',
    (_, recorded) => {
      const request = toRequest(recorded);
      expect(readRequest(request, findEndpoint(request.path).request)).toMatchObject({
        backup_name: 'nightly',
        backup_type: 'full',
        backup_objects_map: expect.objectContaining({ table: expect.stringContaining('ks.') }),
        datasink_name: 'sink1',
      });
    },
  );

  it.each(avroCases)('is encoded to the same bytes again if it is in Avro: %s', (_, recorded) => {
    const request = toRequest(recorded);
    const { request: fields } = findEndpoint(request.path);
    const bytes = encodeAvro(fields, decodeAvro(fields, request.body));
    expect(Buffer.from(bytes).equals(request.body)).toBe(true);
  });

  it.each(avroCases)('is refused if it is in Avro and lacks a byte or has one more: %s', (_, recorded) => {
    const request = toRequest(recorded);
    const { request: fields } = findEndpoint(request.path);
    for (const body of [request.body.slice(0, -1), Buffer.concat([request.body, Buffer.of(0)])]) {
      expect(() => readRequest({ ...request, body }, fields)).toThrow(KineticaError);
    }
  });

  const isAnonymous = (name: string) => name.startsWith('node-no-options');

  it.each(cases.filter(([name]) => !isAnonymous(name)))(
    'has the credentials with which its client was created: %s',
    async (_, recorded) => {
      expect(await findKey(async () => [testKey], toRequest(recorded))).toBe(testKey);
    },
  );

  it.each(cases.filter(([name]) => isAnonymous(name)))(
    'is refused if its client has no credentials: %s',
    async (_, recorded) => {
      const found = findKey(async () => [testKey], toRequest(recorded));
      await expect(found).rejects.toMatchObject({ status: 401 });
    },
  );

  it.each(cases)('got an answer whose wrapper and record match the declared types: %s', (_, recorded) => {
    const { type, ...content } = recorded.answer;
    const wrapper = readWrapper({ headers: { 'content-type': type }, body: toBytes(content) });
    const { response } = findEndpoint(toRequest(recorded).path);
    const isError = wrapper['status'] === 'ERROR';
    const data = isAvro(recorded)
      ? () => decodeAvro(response, wrapper['data'] as Uint8Array)
      : () => JSON.parse(String(wrapper['data_str'])) as object;
    expect(wrapper['data_type'] === 'none').toBe(isError);
    expect(isError ? [] : Object.keys(data())).toEqual(isError ? [] : Object.keys(response));
  });
});

describe('the credentials of a request', () => {
  const request = toRequest(cases[0]?.[1] as Recorded);
  const find = (authorization: string | undefined, keys = [testKey]) =>
    findKey(async () => keys, { ...request, headers: { authorization } });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it('are a key and its secret, or the secret alone as a token', async () => {
    expect(await find(basic('testkey:testsecret'))).toBe(testKey);
    expect(await find('Bearer testsecret')).toBe(testKey);
  });

  it('may use either of two secrets while one replaces the other', async () => {
    const key = { ...testKey, secrets: ['new', 'testsecret'] };
    for (const secret of key.secrets) {
      expect(await find(basic(`testkey:${secret}`), [key])).toBe(key);
      expect(await find(`Bearer ${secret}`, [key])).toBe(key);
    }
  });

  it.each([
    undefined,
    '',
    'Basic',
    'Bearer',
    'Bearer undefined',
    'Bearer wrong',
    'Digest testsecret',
    basic('testkey'),
    basic('testkey:'),
    basic('testkey:wrong'),
    basic('otherkey:testsecret'),
    'Basic ????',
    `Bearer ${'x'.repeat(100_000)}`,
  ])('are refused with one and the same text if they are missing or wrong: %#', async (authorization) => {
    const keys = [testKey, { ...testKey, id: 'second', secrets: ['undefined'] }];
    await expect(find(authorization, keys)).rejects.toMatchObject({
      status: 401,
      message: 'Unauthorized: the credentials are missing or wrong',
    });
  });
});
