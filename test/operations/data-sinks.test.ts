import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { checkDataSinks, listDataSinks } from '../../lambda/operations/data-sinks.ts';
import { environment } from '../../lambda/runtime/environment.ts';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { isOutage, isThrottled } from '../../lambda/runtime/throttling.ts';
import { readConfig } from '../../lambda/services/config.ts';
import { type OpenSink, Sinks } from '../../lambda/services/sinks.ts';
import { noMadeSinks } from '../support/sinks.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';

const bucket = { [environment.bucket]: 'backups', [environment.prefix]: 'eu/shop' };
const archive = { name: 'archive', bucket: 'elsewhere', prefix: 'tidemark' };

function createServices(env: NodeJS.ProcessEnv, open: OpenSink = async () => createMemoryStore()) {
  return {
    sinks: new Sinks({ store: createMemoryStore(), config: readConfig(env), records: noMadeSinks, open }),
  };
}

describe('the data sinks', () => {
  it.each([
    [bucket, 's3://backups/eu/shop'],
    [{ ...bucket, [environment.prefix]: '' }, 's3://backups'],
  ])('of a deployment that configures none are its own bucket', async (env, destination) => {
    expect(await listDataSinks(createServices(env))).toEqual([{ name: 'default', destination }]);
  });

  it('are followed by the configured ones', async () => {
    const services = createServices({ ...bucket, [environment.sinks]: JSON.stringify([archive]) });
    expect(await listDataSinks(services)).toEqual([
      { name: 'default', destination: 's3://backups/eu/shop' },
      { name: 'archive', destination: 's3://elsewhere/tidemark' },
    ]);
  });
});

describe('a check of all data sinks', () => {
  it('reports a sink that cannot be used with the name of the error, without its text', async () => {
    const sinks = [archive, { ...archive, name: 'gone', bucket: 'gone' }];
    const open = vi.fn<OpenSink>(async ({ bucket: name }) => {
      if (name === 'gone') throw Object.assign(new Error('AKIDEXAMPLE is secret'), { name: 'AccessDenied' });
      return createMemoryStore();
    });
    const services = createServices({ ...bucket, [environment.sinks]: JSON.stringify(sinks) }, open);
    const [own, found, gone] = await checkDataSinks(services);
    expect(own).not.toHaveProperty('fault');
    expect(found).not.toHaveProperty('fault');
    expect(gone?.fault).toMatch(/^The data sink gone \(s3:\/\/gone\/tidemark\) cannot .*: AccessDenied\. /);
    expect(gone?.fault).not.toContain('AKID');
  });

  it('reports the one whose object is not what Tidemark writes, or cannot be read', async () => {
    const foreign = createMemoryStore();
    await foreign.put('tidemark-sink.json', Buffer.from('{}'));
    const unreadable = {
      ...createMemoryStore(),
      async get() {
        throw Object.assign(new Error('no'), { name: 'AccessDenied' });
      },
    };
    const sinks = [archive, { ...archive, name: 'locked', bucket: 'locked' }];
    const services = createServices(
      { ...bucket, [environment.sinks]: JSON.stringify(sinks) },
      async ({ bucket: name }) => (name === 'locked' ? unreadable : foreign),
    );
    expect((await checkDataSinks(services)).map(({ fault }) => fault)).toEqual([
      undefined,
      expect.stringContaining('its object tidemark-sink.json is not what Tidemark writes'),
      expect.stringContaining('AccessDenied'),
    ]);
  });
});

describe('the store of a data sink', () => {
  const arn = 'arn:aws:iam::111122223333:role/secret';

  function openStore(fault: unknown) {
    const store = { ...createMemoryStore(), get: () => Promise.reject(fault) };
    const env = { ...bucket, [environment.sinks]: JSON.stringify([archive]) };
    return createServices(env, async () => store).sinks.openStore('archive');
  }

  it('throws SinkUnreachable with the name of the service’s error, without its text', async () => {
    const denied = Object.assign(new Error(`${arn} may not read`), { name: 'AccessDenied' });
    const refusal: unknown = await openStore(denied)
      .get('tables/x')
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'SinkUnreachable',
      message: expect.stringMatching(/data sink archive cannot be used: AccessDenied\. /) as string,
    });
    expect(inspect(refusal, { depth: 9 })).not.toContain(arn);
  });

  it.each([
    ['throttled', { name: 'ThrottlingException' }, isThrottled],
    ['without an answer', { name: 'Error', code: 'ECONNRESET' }, isOutage],
    ['answered by a fault', { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }, isOutage],
  ])('shows that a call that was %s may succeed later, without the text', async (_, facts, isTemporary) => {
    const error = Object.assign(new Error(arn), facts);
    const refusal: unknown = await openStore(error)
      .get('tables/x')
      .catch((thrown: unknown) => thrown);
    expect(isTemporary(refusal)).toBe(true);
    expect(inspect(refusal, { depth: 9 })).not.toContain(arn);
  });

  it('throws Tidemark’s own errors as they are, because callers test them', async () => {
    const missing = new TidemarkError('ObjectNotFound', 'There is no object tables/x');
    await expect(openStore(missing).get('tables/x')).rejects.toBe(missing);
  });
});
