import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readGroups } from '../../local/read-groups.ts';
import { createTemporaryFolder, startTestRuntime } from '../support/local/support.ts';

async function write(configuration: object): Promise<string> {
  const file = join(await createTemporaryFolder(), 'tidemark.config.json');
  await writeFile(file, JSON.stringify(configuration));
  return file;
}

describe('readGroups', () => {
  const groups = [{ name: 'shop', tables: ['orders-*'] }];

  test('reads the tables, groups and data sinks of a configuration', async () => {
    const sinks = [{ name: 'archive', bucket: 'cold' }];
    expect(await readGroups(await write({ tables: ['orders-*'], groups, sinks }))).toEqual({
      tables: ['orders-*'],
      groups,
      sinks,
    });
  });

  test('covers every table if the configuration names none', async () => {
    expect(await readGroups(await write({ groups }))).toEqual({ groups, sinks: [] });
  });

  test('returns nothing if no configuration is named and the folder has none', async () => {
    expect(await readGroups(undefined)).toEqual({});
  });

  test('throws for a named file that does not exist', async () => {
    await expect(readGroups('no-such-file.json')).rejects.toThrow('no-such-file.json cannot be read as JSON');
  });
});

test('without a configuration, the embedded runtime has the group `all`, of every table', async () => {
  const { operations } = await startTestRuntime(await createTemporaryFolder());
  expect(await operations.resolveTableGroup({ name: 'all' })).toEqual({
    name: 'all',
    isConfigured: true,
    tables: [],
  });
});
