import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTagsOfResourceCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished } from 'vitest';
import type { BackupRecord, RestoreRecord } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { answerClient } from '../../../local/dynamodb/exports/answers.ts';
import { EmbeddedExports } from '../../../local/dynamodb/exports/embedded-exports.ts';
import type { TestDatabase } from '../database.ts';
import { type Harness, type HarnessOptions, startHarness } from '../harness.ts';
import { describeTable } from './rich-table.ts';
import type { RestoreOverrides } from '../../../lambda/model/restore-overrides.ts';

/** Starts a Tidemark that restores by import, with a database that imports from its store. Both end with the test. */
export async function startImportHarness(
  database: TestDatabase,
  { config, ...options }: HarnessOptions = {},
  minJobMs = 0,
): Promise<Harness> {
  const harness = await startHarness(database, { ...options, config: { restoreBy: 'import', ...config } });
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-imports-'));
  const { services, store } = harness;
  const exports = await EmbeddedExports.open({
    ...database,
    ...services,
    dynamodb: database.client(),
    buckets: new Map([[services.bucketPlace.bucket, store]]),
    recovery: () => Promise.reject(new Error('there are no exports here')),
    folder,
    minJobMs,
  });
  answerClient(database.dynamodb, exports);
  enforceRights(database);
  onTestFinished(async () => {
    database.dynamodb.middlewareStack.remove('embeddedExports');
    await exports.idle();
    await harness.close();
    await rm(folder, { recursive: true, force: true });
  });
  return harness;
}

/** Wraps the sending of a command: gets `send` and the command's input. */
type AroundSend = <T extends { output: object }>(send: () => Promise<T>, input: object) => Promise<T>;

/** Passes the commands of this name through `around` until the test ends. */
export function intercept({ dynamodb }: TestDatabase, command: string, around: AroundSend): void {
  const name = `intercept ${command} ${randomIds.hex(8)}`;
  dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      (call) =>
        commandName === command ? around(() => next(call), call.input) : next(call),
    // Runs before the middleware that answers in place of the database.
    { step: 'initialize', priority: 'high', name },
  );
  onTestFinished(() => {
    dynamodb.middlewareStack.remove(name);
  });
}

/** Makes the database refuse what AWS would refuse Tidemark: deleting a table that is untagged or protected. */
export function enforceRights(database: TestDatabase): void {
  // A client of the test's own, to which a table shows its tags even during its import, unlike to the steps' client.
  const seeing = { dynamodb: database.client() };
  intercept(database, 'DeleteTableCommand', async (send, input) => {
    const { TableName } = input as { TableName: string };
    const { TableArn, DeletionProtectionEnabled } = await describeTable(seeing, TableName);
    const { Tags = [] } = await seeing.dynamodb.send(
      new ListTagsOfResourceCommand({ ResourceArn: TableArn }),
    );
    if (Tags.length === 0) throw serviceError('AccessDeniedException');
    if (DeletionProtectionEnabled === true) throw serviceError('ValidationException');
    return send();
  });
}

/** Shows source tables as protected from deletion until the test ends, so that a restore can keep that protection. */
export function protectSources(database: TestDatabase): void {
  intercept(database, 'DescribeTableCommand', async (send, input) => {
    const answer = await send();
    const { Table } = answer.output as { Table?: object };
    const isSource = (input as { TableName: string }).TableName.startsWith('table-');
    if (isSource && Table !== undefined) Object.assign(Table, { DeletionProtectionEnabled: true });
    return answer;
  });
}

/** Creates an error like those that the SDK throws. */
export function serviceError(name: string, message = `${name} by the test`): Error {
  return Object.assign(new Error(message), { name });
}

export function newTargetName(): string {
  return `restored-${randomIds.hex(12)}`;
}

/** Restores the backup and waits for the end. Returns the restore's record. */
export async function restoreAndWait(
  harness: Harness,
  backup: Pick<BackupRecord, 'id' | 'table'>,
  target: string,
  overrides: RestoreOverrides = {},
): Promise<RestoreRecord> {
  const key = { table: backup.table.name, id: backup.id };
  await harness.operations.restoreTable({ backup: key, target, overrides });
  await harness.executions.idle();
  const record = await harness.services.catalog.restores.get(target);
  expect(record?.status).not.toBe('RESTORING');
  if (record === undefined) throw new Error('no such restore');
  return record;
}
