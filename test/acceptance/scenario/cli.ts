import { describe, expect, test } from 'vitest';
import type { Cli } from '../clients/cli.ts';
import type { World } from '../scenario.ts';

/** Defines tests of what the CLI does in addition to the service. */
export function defineCliTests(cli: Cli): (world: () => World) => void {
  return (world) =>
    test('the CLI collects all pages of a list', async () => {
      const { table, backups } = world();
      const pages = ['--page-size', '1', '--query', 'BackupSummaries[].BackupArn'];
      const printed = await cli.backup('list-backups', '--table-name', table, ...pages);
      expect(JSON.parse(printed)).toEqual(backups);
    });
}

/** Defines tests of features that only the generated service model gives the CLI. */
export function defineModelTests(cli: Cli): (world: () => World) => void {
  return (world) =>
    describe('the service model `tidemark`', () => {
      test('has the options and members that Tidemark adds to DynamoDB’s', async () => {
        const { work, table } = world();
        const words = ['create-backup', '--table-name', table, '--backup-name', 'optional'];
        const printed = await cli.backup(...words, '--tidemark-options', 'Kind=FULL,Comment=by hand');
        const { BackupArn, Tidemark } = JSON.parse(printed).BackupDetails;
        expect(Tidemark).toMatchObject({ Comment: 'by hand' });
        await work.waitUntilAvailable(BackupArn);
        const described = await cli.backup('describe-backup', '--backup-arn', BackupArn);
        expect(JSON.parse(described).BackupDescription.BackupDetails.Tidemark).toMatchObject({
          Kind: 'FULL',
          Comment: 'by hand',
          Digest: expect.any(String),
          Figures: { Items: 25 },
        });
        await cli.call('DeleteBackup', { BackupArn });
      });

      test('has the operations that DynamoDB does not have', async () => {
        const { backups } = world();
        const words = ['get-backup-item', '--backup-arn', String(backups[0])];
        const printed = await cli.backup(...words, '--key', '{"id":{"S":"item-00007"}}');
        expect(JSON.parse(printed).Item).toMatchObject({ year: { N: '1907' }, note: { S: 'first' } });
      });
    });
}
