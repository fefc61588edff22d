import { isError, TidemarkError } from '../../runtime/errors.ts';
import { BackupsUnavailable } from '../../tables/table.ts';
import { enablingMs } from '../limits.ts';
import type { Facts, SourceRequest, SourceServices } from '../source.ts';

/**
 * Finds the table's point-in-time recovery, and enables it if it is off and the configuration says so. `wait`: Tidemark or
 * somebody else is enabling it. Throws `ContinuousBackupsUnavailable` if it cannot be enabled, or if no time can be
 * restored minutes after the request.
 */
export async function findRecovery(
  { clock, config, recovery }: Pick<SourceServices, 'clock' | 'config' | 'recovery'>,
  { table, requestedAt }: SourceRequest,
): Promise<Facts['recovery'] | 'wait'> {
  const { name } = table.identity;
  const { enabled, earliest } = await recovery.describe(name);
  const mayCome = clock.now() - requestedAt < enablingMs;
  if (enabled) {
    if (earliest !== undefined) return { earliest };
    if (mayCome) return 'wait';
    throw new TidemarkError(
      'ContinuousBackupsUnavailable',
      `Point-in-time recovery of ${name} is on, but no time can be restored yet. Request the backup again later.`,
    );
  }
  if (config.missingRecovery === 'refuse') return undefined;
  try {
    await recovery.update(name, { enabled: true });
  } catch (error) {
    if (error instanceof BackupsUnavailable) {
      throw new TidemarkError(
        'ContinuousBackupsUnavailable',
        `An export needs point-in-time recovery of ${name}, which cannot be switched on. ${error.message}`,
      );
    }
    if (!mayCome || !isError(error, 'ContinuousBackupsUnavailable')) throw error;
  }
  // Somebody may disable recovery again and again.
  return mayCome ? 'wait' : undefined;
}
