import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AccessKey, parseKeys } from '../../lambda/dialects/access-keys.ts';
import { encodeAvro } from '../../lambda/dialects/kinetica/avro.ts';
import { handleKinetica } from '../../lambda/dialects/kinetica/dialect.ts';
import { endpoints } from '../../lambda/dialects/kinetica/endpoints.ts';
import { handleRds } from '../../lambda/dialects/rds/dialect.ts';
import { actions } from '../../lambda/dialects/rds/actions.ts';
import type { Item } from '../../lambda/item/attribute-value.ts';
import { toCanonicalItem } from '../../lambda/item/canonical.ts';
import { encodeKey } from '../../lambda/operations/locate-key.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { StagedLineParser } from '../../lambda/snapshot/compact/staged-record.ts';
import { readConfigFile } from '../../lib/config/read-config.ts';
import { fakeOperations } from '../dialects/dynamodb/fakes.ts';
import { captures, testKey, timeOf, toRequest } from '../dialects/rds/support.ts';
import { hashKey, manifestOf } from '../support/snapshot/support.ts';

/*
 * An attacker sends values that are too deep or too large wherever Tidemark reads JSON, Avro or parameters: 200,000 levels
 * exhausted the stack, and so did the pattern for base64 with a key of 8 MB. Each is refused by name.
 */

const levels = 200_000;
const megabytes = 8 * 1024 * 1024;

const deepTexts = [
  ['lists', '['.repeat(levels) + ']'.repeat(levels)],
  ['maps', '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)],
  ['maps with escaped names', '{"\\"":'.repeat(levels) + '1' + '}'.repeat(levels)],
  ['lists that nothing closes', '['.repeat(levels)],
] as const;

describe.each(deepTexts)('200,000 levels of %s', (_what, deep) => {
  it.each(endpoints.map((endpoint) => [endpoint.path, endpoint] as const))(
    'are refused by %s of Kinetica, in every field',
    async (path, { request }) => {
      for (const body of [deep, ...Object.keys(request).map((field) => `{"${field}":${deep}}`)]) {
        const { status } = await askKinetica(path, 'application/json', Buffer.from(body));
        expect(status).toBe(400);
      }
    },
  );

  it('in the file of keys are refused', () => {
    for (const text of [deep, `{"keys":${deep}}`, `{"keys":[{"id":${deep}}]}`])
      expect(() => parseKeys(text)).toThrow(/^(the )?keys/);
  });

  it('in the configuration are refused', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'tidemark.config.json');
    for (const text of [deep, `{"tables":${deep}}`, `{"unknown":${deep}}`]) {
      writeFileSync(file, text);
      expect(() => readConfigFile(file)).toThrow(expect.objectContaining({ code: 'Validation' }));
    }
  });

  it('in a line of an export are refused', () => {
    const lines = new StagedLineParser({ names: ['k'], hash: hashKey });
    for (const line of [deep, `{"Item":{"k":{"S":"a"},"v":${deep}}}`, `{"Metadata":${deep},"Keys":{}}`])
      expect(() => lines.parse(Buffer.from(line))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(StagedDataCorrupt|RecordNotUnderstood)$/) }),
      );
  });
});

async function askKinetica(path: string, type: string, body: Uint8Array) {
  const services = {
    operations: fakeOperations(),
    keys: async () => [testKey],
    clock: { now: () => 0, sleep: async () => {} },
    log: silentLog,
    waitMs: 0,
  };
  const authorization = `Basic ${Buffer.from('testkey:testsecret').toString('base64')}`;
  const headers = { host: 'localhost', authorization, 'content-type': type };
  const address = '127.0.0.1';
  return handleKinetica(services, {
    method: 'POST',
    path,
    query: '',
    headers,
    body,
    address,
    isSecure: false,
  });
}

describe('a value of megabytes', () => {
  it.each(endpoints.map(({ path, request }) => [path, request] as const))(
    'is refused by %s of Kinetica, in JSON and in Avro',
    async (path, request) => {
      const [field = 'name'] = Object.keys(request);
      const text = 'a'.repeat(megabytes);
      const avro = encodeAvro({ [field]: 'string' }, { [field]: text });
      for (const [type, body] of [
        ['application/json', Buffer.from(JSON.stringify({ [field]: text }))],
        ['application/octet-stream', avro],
      ] as const)
        expect((await askKinetica(path, type, body)).status).toBe(400);
    },
  );

  it('is refused by each parameter of each action of RDS, where it is signed', async () => {
    const [capture] = captures;
    if (capture === undefined) throw new Error('there is a capture');
    const request = toRequest(capture);
    for (const { name, parameters } of actions) {
      for (const parameter of Object.keys(parameters)) {
        const query = `Action=${name}&${parameter}=${'a'.repeat(megabytes)}`;
        const clock = { now: () => timeOf(request) };
        const keys = async (): Promise<AccessKey[]> => [testKey];
        const services = { operations: fakeOperations(), keys, clock, log: silentLog, region: 'eu-west-1' };
        const { status } = await handleRds(services, { ...request, query });
        expect(status).toBe(400);
      }
    }
  });

  const bytes = Buffer.alloc(megabytes).toString('base64');
  const { description } = manifestOf([]);
  const typed = (AttributeType: 'S' | 'B' | 'N') => ({
    ...description,
    attributeDefinitions: [{ AttributeName: 'pk', AttributeType }],
  });

  it('is refused as a key', () => {
    const keys: [Item, ReturnType<typeof typed>][] = [
      [{ pk: { B: bytes } }, typed('B')],
      [{ pk: { S: 'a'.repeat(megabytes) } }, typed('S')],
      [{ pk: { N: '1'.repeat(megabytes) } }, typed('N')],
      [{ pk: { S: 'a'.repeat(2049) } }, typed('S')],
      [{ pk: { B: Buffer.alloc(2049).toString('base64') } }, typed('B')],
    ];
    for (const [key, of] of keys)
      expect(() => encodeKey(key, of)).toThrow(expect.objectContaining({ code: 'Validation' }));
    for (const key of [{ pk: { S: 'é'.repeat(1024) } }, { pk: { B: Buffer.alloc(2048).toString('base64') } }])
      expect(encodeKey(key, typed('S' in key.pk ? 'S' : 'B')).length).toBeGreaterThan(2048);
  });

  it('is read as a value of an item, or refused by name if it is not base64', () => {
    const item = (B: string): Item => ({ k: { S: 'k' }, v: { B } });
    expect(toCanonicalItem(item(bytes), ['k'])).toContain(bytes.slice(0, 1000));
    for (const wrong of [`${bytes}!`, `!${bytes}`, `${bytes.replace(/=+$/, '')}A====`])
      expect(() => toCanonicalItem(item(wrong), ['k'])).toThrow(
        expect.objectContaining({ code: 'RecordNotUnderstood' }),
      );
  });
});
