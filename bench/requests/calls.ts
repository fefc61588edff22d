import { join } from 'node:path';
import { parseBackupArn } from '../../lambda/model/backup-arn.ts';
import { createContinuousBackups } from '../../lambda/native/dynamodb-recovery.ts';
import { fromSdk } from '../../lambda/item/from-sdk.ts';
import { createOperations, type Operations } from '../../lambda/operations/operations.ts';
import { Sinks } from '../../lambda/services/sinks.ts';
import type { LocalServices } from '../../local/services.ts';
import { openFolder } from '../../local/sink-folders.ts';
import { keyOf } from '../engine/items.ts';
import { BenchError } from '../engine/run.ts';
import { openLocalServices } from './local-services.ts';
import { Recorder, groupRounds } from './recorder.ts';
import { createLoadedTable } from './tables.ts';

/** The calls to AWS that an operation makes, by rounds that follow one another. */
export interface OperationCalls {
  readonly operation: string;
  readonly rounds: readonly (readonly string[])[];
}

const items = 50;

/** Records what each operation calls: runs it like the deployed function, against the embedded database in a folder. */
export async function measureCalls(folder: string): Promise<OperationCalls[]> {
  await using started = new AsyncDisposableStack();
  const local = await openLocalServices(join(folder, 'calls'), started);
  const recorder = new Recorder();
  const operations = createRecordedOperations(local, recorder);
  const table = await createLoadedTable(local.services.dynamodb, 'orders', items);
  const measured: OperationCalls[] = [];
  for (const [operation, call] of await listCalls(local, operations, table)) {
    measured.push({ operation, rounds: groupRounds(await recorder.record(call)) });
    await local.executions.idle();
  }
  return measured;
}

/**
 * Creates operations with DynamoDB's continuous backups, as a deployment has them. The embedded database lacks
 * DescribeContinuousBackups, so this function's client answers it.
 */
function createRecordedOperations({ services }: LocalServices, recorder: Recorder): Operations {
  const store = recorder.watchStore(services.store);
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
    executions: recorder.watchExecutions(services.executions),
    store,
    sinks: new Sinks({ store, config: services.config, records: services.catalog.sinks, open: openFolder }),
    continuous: createContinuousBackups(services.dynamodb, () => {
      throw new BenchError('no table is restored to a point in time here');
    }),
  });
}

/** Lists the calls to record. Each is made after the earlier ones and their executions have ended. */
async function listCalls(
  { executions }: LocalServices,
  operations: Operations,
  table: string,
): Promise<[string, () => Promise<unknown>][]> {
  const create = () => operations.createBackup({ table, name: 'bench' });
  const { arn } = await create();
  await executions.idle();
  const backup = parseBackupArn(arn);
  if (backup === undefined) throw new BenchError(`${arn} is not the ARN of a backup`);
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
