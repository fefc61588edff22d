import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { defaultConfig } from '../../../lambda/services/config.ts';
import { findRecovery } from '../../../lambda/sources/export/find-recovery.ts';
import { BackupsUnavailable, type Table } from '../../../lambda/tables/table.ts';

const table: Table = {
  identity: { name: 'Music', arn: 'arn', tableId: 'id' },
  status: 'ACTIVE',
  isRestoring: false,
  description: {
    keySchema: [],
    attributeDefinitions: [],
    createdAt: 0,
    sizeBytes: 0,
    itemCount: 0,
    billingMode: 'PAY_PER_REQUEST',
    localSecondaryIndexes: [],
    globalSecondaryIndexes: [],
  },
};

/** Checks recovery that is off, `ageMs` after the request, where enabling it fails with this error. */
function look(error: Error, ageMs: number) {
  const services = {
    clock: { now: () => ageMs, sleep: async () => {} },
    config: { ...defaultConfig, missingRecovery: 'enable' as const },
    recovery: {
      describe: async () => ({ enabled: false }),
      async update(): Promise<never> {
        throw error;
      },
    },
  };
  return findRecovery(services, { table, requestedAt: 0 });
}

describe('a table whose recovery cannot be enabled', () => {
  const passing = new TidemarkError(
    'ContinuousBackupsUnavailable',
    'Backups are being enabled for the table',
  );

  it('waits while DynamoDB refuses to enable it for now', async () => {
    expect(await look(passing, 299_999)).toBe('wait');
    await expect(look(passing, 300_000)).rejects.toBe(passing);
  });

  it('fails the backup at once if it lacks what recovery needs, and the reason names the export', async () => {
    await expect(look(new BackupsUnavailable('Music', 'stream'), 1)).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
      message: expect.stringMatching(
        /^An export needs point-in-time recovery of Music, which cannot be switched on\. .*Give it a stream/,
      ),
    });
  });

  it('fails the backup at once if Tidemark may not enable it', async () => {
    const denied = new TidemarkError('AccessDenied', 'no right');
    await expect(look(denied, 1)).rejects.toBe(denied);
  });
});
