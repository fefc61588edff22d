import { beforeAll, describe } from 'vitest';
import type { Client } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import { defineBackupTests } from './scenario/backups.ts';
import { definePointInTimeTests } from './scenario/point-in-time.ts';
import { defineErrorTests } from './scenario/errors.ts';
import { definePathTests } from './scenario/paths.ts';
import { defineRestoreTests } from './scenario/restores.ts';
import { numberedItems, Workplace } from './tables.ts';

/** A table with three backups, which tests do not change. */
export interface World {
  readonly client: Client;
  /** Another client, which polls and cleans up in place of a slow client. */
  readonly helper: Client;
  readonly work: Workplace;
  readonly table: string;
  readonly tableArn: string;
  /** The three backups, in the order of their creation. */
  readonly backups: readonly string[];
  /** A backup of another table, so large that tests can make calls during its restore. */
  readonly large: string;
}

/**
 * Defines the tests that every official client must pass.
 *
 * @param helper polls and cleans up; it has tests of its own
 * @param large returns the ARN of a large backup; call it only while tests run
 * @param more defines tests of this client only
 */
export function defineScenario(
  client: Client,
  endpoint: Endpoint,
  helper: Client,
  large: () => string,
  more: (world: () => World) => void = () => {},
): void {
  describe(`the client ${client.name}`, () => {
    let made: World | undefined;
    const world = (): World => {
      if (made === undefined) throw new Error('the table was not created');
      return made;
    };
    const work = new Workplace(client, endpoint, helper);
    beforeAll(async () => {
      made = { ...(await createBackedUpTable(client, work)), client, helper, work, large: large() };
    });
    defineBackupTests(world);
    defineRestoreTests(world);
    if (endpoint.hasRecovery !== false) definePointInTimeTests(world);
    defineErrorTests(world);
    definePathTests(world);
    more(world);
  });
}

async function createBackedUpTable(
  client: Client,
  work: Workplace,
): Promise<Pick<World, 'table' | 'tableArn' | 'backups'>> {
  const table = await work.createTable('music', {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'note', AttributeType: 'S' },
      { AttributeName: 'year', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-note',
        KeySchema: [
          { AttributeName: 'note', KeyType: 'HASH' },
          { AttributeName: 'year', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  const { Table } = await client.call('DescribeTable', { TableName: table });
  await work.putItems(table, numberedItems(25, 'first'));
  const backups: string[] = [];
  for (const name of ['one', 'two', 'three']) backups.push(await work.backUp(table, name));
  return { table, tableArn: String(Table?.TableArn), backups };
}
