import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { createRestoreJob, type RestoreJob } from '../../../lambda/jobs/job.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { createTable } from '../../../lambda/restore/create-table.ts';
import { planRestore } from '../../../lambda/restore/plan-restore.ts';
import type { TestDatabase } from '../database.ts';
import { recordOf, shape } from '../fixture.ts';
import type { Harness } from '../harness.ts';
import { createTable as createUserTable } from '../tables.ts';
import { newTargetName } from './imports.ts';

/** Requests a restore into a new table whose steps no execution runs. */
export async function requestRestore(harness: Harness, { id, table }: BackupRecord): Promise<RestoreJob> {
  const stopped = harness.restart({ config: harness.services.config });
  stopped.executions.stop();
  const target = newTargetName();
  const started = await stopped.operations.restoreTable({ backup: { table: table.name, id }, target });
  return createRestoreJob(target, recordOf(started).id);
}

/** Begins a restore up to the step that writes its one range. */
export async function beginRestore(harness: Harness, backup: BackupRecord): Promise<RestoreJob> {
  const job = await requestRestore(harness, backup);
  await planRestore(harness.services, { job });
  await createTable(harness.services, { job });
  return job;
}

/** Replaces the restore's table by an empty one of the same name. */
export async function replaceTarget({ dynamodb }: TestDatabase, { table }: RestoreJob): Promise<void> {
  await dynamodb.send(new DeleteTableCommand({ TableName: table }));
  await createUserTable(dynamodb, table, shape);
}
