import { describe, expect, it } from 'vitest';
import { listDataSinks, resolveDataSink } from '../../lambda/operations/data-sinks.ts';
import { environment } from '../../lambda/runtime/environment.ts';
import { readConfig } from '../../lambda/services/config.ts';

const services = (env: NodeJS.ProcessEnv) => ({ config: readConfig(env) });
const bucket = { [environment.bucket]: 'backups', [environment.prefix]: 'eu/shop' };

describe('the data sinks', () => {
  it.each([
    [bucket, 's3://backups/eu/shop'],
    [{ ...bucket, [environment.prefix]: '' }, 's3://backups'],
  ])('are only the deployment’s own bucket', async (env, destination) => {
    expect(await listDataSinks(services(env))).toEqual([{ name: 'default', destination }]);
    expect(await resolveDataSink(services(env), { name: 'default' })).toEqual({
      name: 'default',
      destination,
    });
  });

  it.each(['archive', '', 'Default', 'x'.repeat(100_000)])('do not include %s', async (name) => {
    const refused = resolveDataSink(services(bucket), { name });
    await expect(refused).rejects.toMatchObject({ code: 'SinkNotFound' });
    await expect(refused).rejects.toThrow(/^.{1,200}$/);
  });
});
