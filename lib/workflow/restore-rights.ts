import type { restoreTasks } from '../../lambda/workflow/states.ts';
import type { WorkflowProps } from './machine.ts';
import type { TaskFunctions } from './task-functions.ts';

/** What each step of a restore may do. User tables are written and deleted only while they carry the restore's tag. */
export function grantRestoreRights(
  functions: TaskFunctions<keyof typeof restoreTasks>,
  props: Pick<WorkflowProps, 'catalog' | 'store' | 'tables'>,
): void {
  const { catalog, store, tables } = props;
  const { PlanRestore, CreateTable, WriteRange, BuildIndexes, FinishRestore, AbortRestore } = functions;

  for (const step of [WriteRange, BuildIndexes]) catalog.grantRead(step);
  // PlanRestore holds the snapshot of a point in time.
  for (const step of [PlanRestore, CreateTable, FinishRestore, AbortRestore]) catalog.grantReadWrite(step);

  // Of any table, tagged or not: a table that is taken, removed or finished has no tag of ours to be known by.
  for (const step of [CreateTable, WriteRange, BuildIndexes, FinishRestore, AbortRestore]) {
    tables.grant(step, 'dynamodb:DescribeTable');
  }
  for (const step of [CreateTable, AbortRestore]) tables.grant(step, 'dynamodb:ListTagsOfResource');
  tables.grant(FinishRestore, 'dynamodb:DescribeTimeToLive');
  tables.grantCreateTagged(CreateTable);
  tables.grantKeys(CreateTable);
  tables.grantTagged(WriteRange, 'dynamodb:BatchWriteItem');
  tables.grantTagged(BuildIndexes, 'dynamodb:UpdateTable');
  tables.grantTagged(FinishRestore, 'dynamodb:UpdateTable', 'dynamodb:UpdateTimeToLive');
  tables.grantUntag(FinishRestore);
  tables.grantTagged(AbortRestore, 'dynamodb:DeleteTable');

  store.grantRead(AbortRestore, 'staging');
  for (const step of [PlanRestore, CreateTable, WriteRange, BuildIndexes, FinishRestore]) {
    store.grantRead(step, 'staging', 'tables');
    // Some only for the note of why they failed.
    store.grantWrite(step, 'staging');
  }
}
