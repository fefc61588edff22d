import { beforeAll, describe } from 'vitest';
import type { Client } from './client.ts';
import type { Endpoint } from './endpoint.ts';
import { backupTests } from './scenario/backups.ts';
import { pointInTimeTests } from './scenario/point-in-time.ts';
import { refusalTests } from './scenario/refusals.ts';
import { restoreTests } from './scenario/restores.ts';
import { numberedItems, Workplace } from './tables.ts';

/** A table with three backups, which tests only read. */
export interface World {
  readonly client: Client;
  /** Another client, which waits where this one is slow. */
  readonly helper: Client;
  readonly work: Workplace;
  readonly table: string;
  readonly tableArn: string;
  /** In the order in which they were made. */
  readonly backups: readonly string[];
  /** A backup of another table, large enough for calls during its restore. */
  readonly large: string;
}

/**
 * What any official client must find, the same for each.
 *
 * @param helper waits and clears up, and is known to be right by tests of its own
 * @param large the ARN of a large backup, once tests run
 * @param more tests of this client only
 */
export function backupScenario(
  client: Client,
  endpoint: Endpoint,
  helper: Client,
  large: () => string,
  more: (world: () => World) => void = () => {},
): void {
  describe(`with ${client.name}`, () => {
    let made: World | undefined;
    const world = (): World => {
      if (made === undefined) throw new Error('the table was not made');
      return made;
    };
    const work = new Workplace(client, endpoint, helper);
    beforeAll(async () => {
      made = { ...(await makeTable(client, work)), client, helper, work, large: large() };
    });
    backupTests(world);
    restoreTests(world);
    pointInTimeTests(world);
    refusalTests(world);
    more(world);
  });
}

async function makeTable(
  client: Client,
  work: Workplace,
): Promise<Pick<World, 'table' | 'tableArn' | 'backups'>> {
  const table = await work.table('music', {
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
  await work.put(table, numberedItems(25, 'first'));
  const backups: string[] = [];
  for (const name of ['one', 'two', 'three']) backups.push(await work.backup(table, name));
  return { table, tableArn: String(Table?.TableArn), backups };
}
