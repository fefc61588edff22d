import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBackupArn } from '../../lambda/model/backup-arn.ts';
import { createContinuousBackups } from '../../lambda/native/dynamodb-recovery.ts';
import { fromSdk } from '../../lambda/item/from-sdk.ts';
import { createOperations, type Operations } from '../../lambda/operations/operations.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { synthesizeDefinitions } from '../../lib/workflow/definitions.ts';
import { startDatabase } from '../../local/dynamodb/embedded-database.ts';
import { type LocalServices, localServices } from '../../local/services.ts';
import { keyOf } from '../engine/items.ts';
import { BenchError } from '../engine/run.ts';
import { Recorder, roundsOf } from './recorder.ts';
import { loadedTable } from './tables.ts';

/** What an operation asks of AWS: the calls of each round, one round after the other. */
export interface OperationCalls {
  readonly operation: string;
  readonly rounds: readonly (readonly string[])[];
}

const items = 50;

/** Runs each operation as the deployed function would, against the embedded database in a folder. */
export async function measureCalls(folder: string): Promise<OperationCalls[]> {
  const home = join(folder, 'calls');
  await mkdir(home, { recursive: true });
  await using started = new AsyncDisposableStack();
  const database = await startDatabase(home, silentLog);
  started.defer(() => database.close());
  const local = await localServices({
    dynamodbEndpoint: database.endpoint,
    definitions: synthesizeDefinitions(),
    home,
    clock: systemClock,
    log: silentLog,
  });
  started.defer(() => local.close());
  const recorder = new Recorder();
  const operations = recordedOperations(local, recorder);
  const table = await loadedTable(local.services.dynamodb, 'orders', items);
  const measured: OperationCalls[] = [];
  for (const [operation, call] of await callsInOrder(local, operations, table)) {
    measured.push({ operation, rounds: roundsOf(await recorder.callsOf(call)) });
    await local.executions.idle();
  }
  return measured;
}

/** Continuous backups are DynamoDB's own, as deployed; the embedded database does not know the call, so it is answered here. */
function recordedOperations({ services }: LocalServices, recorder: Recorder): Operations {
  recorder.watch(services.dynamodb);
  services.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (args) =>
        commandName === 'DescribeContinuousBackupsCommand'
          ? { output: { $metadata: {} }, response: undefined }
          : next(args),
    { step: 'deserialize', name: 'continuousBackups', priority: 'high' },
  );
  return createOperations({
    ...services,
    executions: recorder.executions(services.executions),
    store: recorder.store(services.store),
    continuous: createContinuousBackups(services.dynamodb, () => {
      throw new BenchError('no table is restored to a point in time here');
    }),
  });
}

/** Each call is made when those before it, and the executions that they started, have ended. */
async function callsInOrder(
  { executions }: LocalServices,
  operations: Operations,
  table: string,
): Promise<[string, () => Promise<unknown>][]> {
  const create = () => operations.createBackup({ table, name: 'bench' });
  const { arn } = await create();
  await executions.idle();
  const backup = parseBackupArn(arn);
  if (backup === undefined) throw new BenchError(`${arn} is no backup's ARN`);
  return [
    ['CreateBackup', create],
    ['DescribeBackup', () => operations.describeBackup(backup)],
    ['ListBackups', () => operations.listBackups({ limit: 100 })],
    ['ListBackups of a table', () => operations.listBackups({ table, limit: 100 })],
    ['GetBackupItem', () => operations.getBackupItem({ backup, key: fromSdk(keyOf(1)) })],
    ['RestoreTableFromBackup', () => operations.restoreTable({ backup, target: 'restored' })],
    ['DescribeContinuousBackups', () => operations.describeContinuousBackups({ table })],
    ['DeleteBackup', () => operations.deleteBackup(backup)],
  ];
}
