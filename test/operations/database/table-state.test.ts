import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { createScheduledBackup } from '../../../lambda/operations/scheduled-backup.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { SimulatedNatives } from '../../support/native/simulated-natives.ts';
import type { Harness } from '../../support/harness.ts';

const world = useTidemark({ items: 30 });

/** Every operation that reads a table, or changes its settings or backups. */
const operationsOn = ({ operations, services }: Harness, table: string) => ({
  createBackup: () => operations.createBackup({ table, name: 'early' }),
  'createBackup by export': () => operations.createBackup({ table, name: 'early', source: 'export' }),
  'createBackup by scan': () => operations.createBackup({ table, name: 'early', source: 'scan' }),
  'createBackup by DynamoDB': () => operations.createBackup({ table, name: 'early', source: 'native' }),
  createScheduledBackup: () =>
    createScheduledBackup(services, { table, schedule: 'nightly', scheduledTime: '2026-11-21T03:00:00Z' }),
  describeContinuousBackups: () => operations.describeContinuousBackups({ table }),
  updateContinuousBackups: () =>
    operations.updateContinuousBackups({ table, specification: { enabled: true } }),
  restoreToPointInTime: () =>
    operations.restoreToPointInTime({ table, target: `${table}-again`, overrides: {} }),
});

async function codesOf(harness: Harness, table: string): Promise<Record<string, unknown>> {
  const codes: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(operationsOn(harness, table))) {
    codes[name] = await call().then(
      () => 'accepted',
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );
  }
  return codes;
}

const refusedWith = (text: string) =>
  Object.fromEntries(Object.keys(operationsOn(world.harness, '')).map((name) => [name, text]));

describe('a table that a restore is loading', () => {
  it('is refused by every operation that DynamoDB refuses, and its backup after the restore is complete', async () => {
    const { harness, table } = world;
    const { id } = await harness.operations.createBackup({ table, name: 'whole' });
    await harness.executions.idle();
    const target = `restored-${randomIds.hex(8)}`;
    const codes: Record<string, unknown>[] = [];
    const watching = harness.restart({
      native: new SimulatedNatives(world.database.clock.now),
      config: { missingStream: 'enable', missingRecovery: 'enable' },
      around: async (handler, _input, run) => {
        if (handler === 'restore-write') codes.push(await codesOf(watching, target));
        return run();
      },
    });
    await watching.operations.restoreTable({ backup: { table, id }, target });
    await watching.executions.idle();
    expect(codes[0]).toEqual(refusedWith(`TableNotFound: Table not found: ${target}`));
    expect((await harness.operations.listBackups({ table: target, limit: 9 })).backups).toEqual([]);

    const after = await watching.operations.createBackup({ table: target, name: 'after' });
    await watching.executions.idle();
    const made = await harness.operations.describeBackup({ table: target, id: after.id });
    expect(made).toMatchObject({ status: 'AVAILABLE', figures: { items: 30 } });
  });
});

describe('a table that DynamoDB calls CREATING', () => {
  afterEach(() => world.database.dynamodb.middlewareStack.remove('describe-as'));

  /** Makes DescribeTable return this for the table. */
  function describeAs(answered: object): void {
    world.database.dynamodb.middlewareStack.add(
      (next, { commandName }) =>
        async (call) => {
          const answer = await next(call);
          if (commandName !== DescribeTableCommand.name) return answer;
          const { Table } = answer.output as { Table?: object };
          return { ...answer, output: { ...answer.output, Table: { ...Table, ...answered } } };
        },
      { step: 'initialize', name: 'describe-as' },
    );
  }

  const create = () => world.harness.operations.createBackup({ table: world.table, name: 'early' });
  const createdAgo = (ms: number) => new Date(world.harness.services.clock.now() - ms);

  it('is not found in its first seconds, and later has its backups enabled', async () => {
    const { table } = world;
    describeAs({ TableStatus: 'CREATING', CreationDateTime: createdAgo(1000) });
    await expect(create()).rejects.toMatchObject({
      code: 'TableNotFound',
      message: `Table not found: ${table}`,
    });
    world.database.dynamodb.middlewareStack.remove('describe-as');
    describeAs({ TableStatus: 'CREATING', CreationDateTime: createdAgo(5000) });
    await expect(create()).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
      message: `Backups are being enabled for the table: ${table}. Please retry later`,
    });
  });

  it('is not found while DynamoDB restores it', async () => {
    describeAs({
      TableStatus: 'CREATING',
      CreationDateTime: createdAgo(500_000),
      RestoreSummary: { RestoreInProgress: true, RestoreDateTime: createdAgo(900_000) },
    });
    await expect(create()).rejects.toMatchObject({ code: 'TableNotFound' });
  });
});
