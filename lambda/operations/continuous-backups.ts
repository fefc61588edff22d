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
 * The port to point-in-time recovery knows tables by name. So each of these operations first throws `AccessDenied` if the
 * request's ARN is not that of the table of this name. They throw what the port throws.
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
