import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { scaleRuns } from '../../support/scale.ts';
import { createFilledTable } from '../../support/fixture.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 1 });

/** At the gate's scale: 100. */
const tableCount = scaleRuns(25);

/** Counts the calls of a client while `work` runs, by command. */
async function countCalls(
  client: DynamoDBClient,
  work: () => Promise<unknown>,
): Promise<Map<string, number>> {
  const calls = new Map<string, number>();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        calls.set(commandName, (calls.get(commandName) ?? 0) + 1);
        return next(args);
      },
    { step: 'finalizeRequest', name: 'counted', override: true },
  );
  await work();
  client.middlewareStack.remove('counted');
  return calls;
}

const sum = (calls: ReadonlyMap<string, number>): number =>
  [...calls.values()].reduce((all, one) => all + one, 0);

describe(`a request for a set of ${tableCount} tables`, () => {
  it('makes hardly more calls than single requests for its tables, and a description of it one call for each table', async () => {
    const made = Array.from({ length: tableCount }, () => createFilledTable(world.database, 1));
    const tables = await Promise.all(made);
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const { dynamodb } = stopped.services;
    const ofSet = await countCalls(dynamodb, () =>
      stopped.operations.createBackupSet({ name: 'nightly', tables }),
    );
    const ofSingles = await countCalls(dynamodb, async () => {
      for (const [i, table] of tables.entries()) {
        // Without a pause, the requests would exceed the 50 that a second admits.
        if (i % 40 === 39) world.database.clock.advance(1000);
        await stopped.operations.createBackup({ table, name: 'nightly' });
      }
    });
    // The set has a handful of records of its own.
    expect(sum(ofSet) - sum(ofSingles)).toBeLessThanOrEqual(12);
    expect(ofSet.get('DescribeTableCommand')).toBe(tableCount);
    const [set] = (await stopped.operations.listBackupSets({ limit: 1 })).sets;
    if (set === undefined) throw new Error('no set');
    const ofDescribe = await countCalls(dynamodb, () => stopped.operations.describeBackupSet(set));
    expect(sum(ofDescribe)).toBeLessThanOrEqual(tableCount + 3);
  });
});
