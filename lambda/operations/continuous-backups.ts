import { isSameAccount, type TableReference } from '../model/backup-arn.ts';
import type {
  PointInTimeRecovery,
  PointInTimeRestore,
  RecoverySpecification,
  StartedRestore,
} from '../native/recovery.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { OperationServices } from '../services/operation-services.ts';
import { checkNotBeingMade } from './table-state.ts';

export interface UpdateContinuousBackupsInput extends TableReference {
  readonly specification: RecoverySpecification;
}

export type RestoreToPointInTimeInput = PointInTimeRestore & TableReference;

type RecoveryServices = Pick<OperationServices, 'dynamodb' | 'catalog' | 'continuous'>;

/*
 * The port to point-in-time recovery knows tables by name, and nothing of the restores that make them. So each of these
 * operations first throws `AccessDenied` if the request's ARN is not that of the table of this name, and `TableNotFound`
 * while a restore makes that table. They also throw the errors of the port.
 */

export async function describeContinuousBackups(
  { continuous, ...services }: RecoveryServices,
  reference: TableReference,
): Promise<PointInTimeRecovery> {
  await checkNotBeingMade(services, reference);
  return continuous.describe(reference.table);
}

export async function updateContinuousBackups(
  { continuous, ...services }: RecoveryServices,
  { specification, ...reference }: UpdateContinuousBackupsInput,
): Promise<PointInTimeRecovery> {
  await checkNotBeingMade(services, reference);
  return continuous.update(reference.table, specification);
}

export async function restoreToPointInTime(
  { continuous, config, ...services }: RecoveryServices & Pick<OperationServices, 'config'>,
  { tableArn, ...request }: RestoreToPointInTimeInput,
): Promise<StartedRestore> {
  const { table } = request;
  if (!isSameAccount(tableArn ?? '', config.catalogArn)) {
    throw new TidemarkError(
      'Validation',
      'This action is only supported by accounts that match the resource owner’s account.',
    );
  }
  await checkNotBeingMade(services, { table, ...(tableArn !== undefined && { tableArn }) });
  return continuous.restore(request);
}
