import type { TableReference } from '../model/backup-arn.ts';
import type {
  PointInTimeRecovery,
  PointInTimeRestore,
  RecoverySpecification,
  StartedRestore,
} from '../native/recovery.ts';
import { checkTableArn } from '../tables/table.ts';
import type { OperationServices } from '../services/operation-services.ts';

export interface UpdateContinuousBackupsInput extends TableReference {
  readonly specification: RecoverySpecification;
}

export type RestoreToPointInTimeInput = PointInTimeRestore & TableReference;

type RecoveryServices = Pick<OperationServices, 'dynamodb' | 'continuous'>;

/*
 * The port knows tables by their names. So each of these first looks whether the table of that name is the one that is
 * meant, and throws `AccessDenied` if not; else what the port throws.
 */

export async function describeContinuousBackups(
  { dynamodb, continuous }: RecoveryServices,
  { table, tableArn }: TableReference,
): Promise<PointInTimeRecovery> {
  await checkTableArn(dynamodb, table, tableArn);
  return continuous.describe(table);
}

export async function updateContinuousBackups(
  { dynamodb, continuous }: RecoveryServices,
  { table, tableArn, specification }: UpdateContinuousBackupsInput,
): Promise<PointInTimeRecovery> {
  await checkTableArn(dynamodb, table, tableArn);
  return continuous.update(table, specification);
}

export async function restoreToPointInTime(
  { dynamodb, continuous }: RecoveryServices,
  { tableArn, ...request }: RestoreToPointInTimeInput,
): Promise<StartedRestore> {
  await checkTableArn(dynamodb, request.table, tableArn);
  return continuous.restore(request);
}
