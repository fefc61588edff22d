import type { backupTasks } from '../../lambda/jobs/states.ts';
import type { TidemarkConfig } from '../config/tidemark-config.ts';
import type { StackParts } from '../stack-parts.ts';
import type { TaskFunctions } from './task-functions.ts';

export interface BackupRightsProps extends Pick<StackParts, 'catalog' | 'store' | 'tables' | 'secret'> {
  /** `enable`: Begin may enable the stream of a user table. */
  readonly missingStream: TidemarkConfig['missingStream'];
  /** `enable`: Begin may enable point-in-time recovery of a user table. */
  readonly missingRecovery: TidemarkConfig['missingRecovery'];
}

/** Gives each step of a backup its rights, except the right to start the next backup, which the workflow gives. */
export function grantBackupRights(
  functions: TaskFunctions<keyof typeof backupTasks>,
  props: BackupRightsProps,
): void {
  const { catalog, store, tables, secret } = props;
  const { Begin, ScanSegment, Collect, PartitionFiles, Arrange, ApplyRange, Commit, Abort, HandOver } =
    functions;

  for (const step of [Begin, Commit, Abort, HandOver]) catalog.grantReadWrite(step);
  // The other steps that open the data sink of their backup.
  for (const step of [Collect, Arrange, ApplyRange]) catalog.grantReadSinks(step);

  tables.grant(Begin, 'dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive');
  if (props.missingStream === 'enable') tables.grant(Begin, 'dynamodb:UpdateTable');
  if (props.missingRecovery === 'enable') tables.grant(Begin, 'dynamodb:UpdateContinuousBackups');
  for (const step of [Begin, Collect]) tables.grant(step, 'dynamodb:DescribeContinuousBackups');
  tables.grant(Collect, 'dynamodb:ExportTableToPointInTime');
  tables.grantExports(Collect, 'dynamodb:DescribeExport');
  store.grantExport(Collect);
  tables.grantStreams(Begin, 'dynamodb:DescribeStream');
  tables.grant(ScanSegment, 'dynamodb:Scan', 'dynamodb:DescribeTable');
  tables.grantStreams(Collect, 'dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords');
  for (const step of [ScanSegment, Collect]) tables.grantKeysForReading(step);

  for (const step of [Begin, Collect, Arrange, ApplyRange, Commit])
    store.grantRead(step, 'staging', 'tables');
  for (const step of [ScanSegment, PartitionFiles, Abort]) store.grantRead(step, 'staging');
  const startOver = '*/start-over.json';
  store.grantStage(Begin, 'backup', '*/plan.json', startOver);
  store.grantStage(ScanSegment, 'backup', '*/scan/*');
  store.grantStage(Collect, 'backup', '*/stream/*', 'export/*', '*/partition/plan.json', startOver);
  store.grantStage(PartitionFiles, 'backup', '*/partition/*');
  store.grantStage(Arrange, 'backup', '*/apply/plan.json');
  store.grantStage(ApplyRange, 'backup', '*/apply/*');
  store.grantStage(Commit, 'backup', startOver, 'manifests/*');
  store.grantWrite(ApplyRange, 'runs');
  store.grantWrite(Commit, 'snapshots');
  for (const step of [Begin, ScanSegment, Collect, PartitionFiles, Arrange, ApplyRange, Commit, Abort]) {
    secret.grantSign(step);
  }
}
