import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { restoreTasks } from '../../lambda/jobs/states.ts';
import type { UserTables } from '../tables/user-tables.ts';
import type { WorkflowProps } from './machine.ts';
import type { TaskFunctions } from './task-functions.ts';

/** What each step of a restore may do. User tables are written and deleted only while they carry the restore's tag. */
export function grantRestoreRights(
  functions: TaskFunctions<keyof typeof restoreTasks>,
  props: Pick<WorkflowProps, 'catalog' | 'store' | 'tables'>,
): void {
  const { catalog, store, tables } = props;
  const {
    PlanRestore,
    MaterializeRange,
    ImportTable,
    CreateTable,
    WriteRange,
    BuildIndexes,
    FinishRestore,
    AbortRestore,
    TagTable,
  } = functions;

  for (const step of [MaterializeRange, WriteRange, BuildIndexes, TagTable]) catalog.grantRead(step);
  // PlanRestore holds the snapshot of a point in time.
  for (const step of [PlanRestore, ImportTable, CreateTable, FinishRestore, AbortRestore]) {
    catalog.grantReadWrite(step);
  }

  // Of any table, tagged or not: a table that is taken, removed or finished has no tag of ours to be known by.
  for (const step of [ImportTable, CreateTable, WriteRange, BuildIndexes, FinishRestore, TagTable]) {
    tables.grant(step, 'dynamodb:DescribeTable');
  }
  tables.grant(CreateTable, 'dynamodb:ListTagsOfResource');
  tables.grant(FinishRestore, 'dynamodb:DescribeTimeToLive');
  tables.grantCreateTagged(CreateTable);
  tables.grantImport(ImportTable);
  for (const step of [ImportTable, TagTable]) {
    tables.grantImports(step, 'dynamodb:DescribeImport');
    tables.grant(step, 'dynamodb:ListTagsOfResource');
    tables.grantTag(step);
  }
  for (const step of [ImportTable, CreateTable, WriteRange, BuildIndexes, FinishRestore]) {
    tables.grantKeys(step);
  }
  tables.grantTagged(WriteRange, 'dynamodb:BatchWriteItem');
  tables.grantTagged(BuildIndexes, 'dynamodb:UpdateTable');
  tables.grantTagged(FinishRestore, 'dynamodb:UpdateTable', 'dynamodb:UpdateTimeToLive');
  tables.grantUntag(FinishRestore);
  grantRemoval(AbortRestore, tables);

  store.grantRead(AbortRestore, 'staging');
  const readingContent = [PlanRestore, MaterializeRange, WriteRange, FinishRestore];
  const others = [ImportTable, CreateTable, BuildIndexes];
  for (const step of readingContent) store.grantRead(step, 'staging', 'tables');
  for (const step of others) store.grantRead(step, 'staging');
  // Some only for the note of why they failed.
  for (const step of [...readingContent, ...others]) store.grantWrite(step, 'staging');
}

/**
 * Removing the table of a restore that failed or is given up; or, of one that was done but for its end, taking the tag
 * off. Who may tag a table may not delete it.
 */
export function grantRemoval(grantee: IGrantable, tables: UserTables): void {
  tables.grant(grantee, 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource');
  tables.grantImports(grantee, 'dynamodb:DescribeImport');
  tables.grantTagged(grantee, 'dynamodb:DeleteTable');
  tables.grantUntag(grantee);
}
