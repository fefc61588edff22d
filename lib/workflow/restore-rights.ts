import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { restoreTasks } from '../../lambda/jobs/states.ts';
import type { StackParts } from '../stack-parts.ts';
import type { TaskFunctions } from './task-functions.ts';

/** Gives each step of a restore its rights. A step may write or delete a user table only while it has the restore's tag. */
export function grantRestoreRights(
  functions: TaskFunctions<keyof typeof restoreTasks>,
  props: Pick<StackParts, 'catalog' | 'store' | 'tables' | 'secret'>,
): void {
  const { catalog, store, tables, secret } = props;
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
  // PlanRestore writes because it holds the snapshot of a restore to a point in time.
  for (const step of [PlanRestore, ImportTable, CreateTable, FinishRestore, AbortRestore]) {
    catalog.grantReadWriteRestores(step);
  }
  catalog.grantCheckOfSettings(PlanRestore);

  // Not only with the tag: a step also describes a table that is missing, finished, or another owner's.
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
  for (const step of [PlanRestore, ImportTable, CreateTable, WriteRange, BuildIndexes, FinishRestore]) {
    tables.grantKeys(step);
  }
  tables.grantTagged(WriteRange, 'dynamodb:BatchWriteItem');
  tables.grantTagged(BuildIndexes, 'dynamodb:UpdateTable');
  tables.grantTagged(FinishRestore, 'dynamodb:Scan', 'dynamodb:UpdateTable', 'dynamodb:UpdateTimeToLive');
  tables.grantFinish(FinishRestore);
  grantRemoval(AbortRestore, props);

  store.grantRead(AbortRestore, 'staging');
  const contentReaders = [PlanRestore, MaterializeRange, WriteRange, FinishRestore];
  const others = [ImportTable, CreateTable, BuildIndexes];
  for (const step of contentReaders) store.grantRead(step, 'staging', 'tables');
  for (const step of others) store.grantRead(step, 'staging');
  store.grantStage(PlanRestore, 'restore', 'plan.json');
  store.grantStage(MaterializeRange, 'restore', 'materialize/*', 'import/*');
  store.grantStage(WriteRange, 'restore', 'write/*');
  // These steps store only one object: the reason of a failure.
  for (const step of [...others, FinishRestore]) store.grantStage(step, 'restore');
  for (const step of [...contentReaders, ...others, TagTable]) secret.grantSign(step);
}

/**
 * Allows deleting the table of a restore that failed or was abandoned, and marking a table as finished if only the last step
 * of its restore is missing. A function that may tag a table never gets this right.
 */
export function grantRemoval(
  grantee: IGrantable,
  { tables, secret }: Pick<StackParts, 'tables' | 'secret'>,
): void {
  secret.grantSign(grantee);
  tables.grant(grantee, 'dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource');
  tables.grantImports(grantee, 'dynamodb:DescribeImport');
  tables.grantTagged(grantee, 'dynamodb:DeleteTable');
  tables.grantFinish(grantee);
}
