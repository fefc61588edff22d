import { describe, expect, it, vi } from 'vitest';
import { checkDataSinks, listDataSinks } from '../../lambda/operations/data-sinks.ts';
import { environment } from '../../lambda/runtime/environment.ts';
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
});
