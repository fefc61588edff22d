import { hash } from 'node:crypto';
import pMap from 'p-map';
import { isSetOutcome, type BackupSet, type SetKey } from '../../model/sets.ts';
import type { BackupId } from '../../model/ids.ts';
import type { RestoreOverrides } from '../../model/restore-overrides.ts';
import type { StartedRestore } from '../../native/recovery.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { checkTarget } from '../restore-request.ts';
import { restoreTable } from '../restore-table.ts';
import { describeBackupSet } from './describe-backup-set.ts';

/** How many restores are started at the same time. */
const concurrency = 5;

export interface RestoreBackupSetInput extends SetKey {
  /** The tables to restore, each once, and the names of the new tables. */
  readonly targets: readonly { readonly table: string; readonly target: string }[];
  /** Settings that the new tables get instead of those of their sources. */
  readonly overrides?: RestoreOverrides;
  readonly requestedBy?: string;
  /**
   * The key that all attempts of one call share: a repeat gets the restores of the first one, and starts those that failed
   * to start.
   */
  readonly requestKey?: string;
}

/** The result for one table: the restore that was started, or the error that prevented it. */
export type TableRestore = { readonly table: string; readonly target: string } & (
  | { readonly started: StartedRestore }
  | { readonly error: TidemarkError }
);

/**
 * Starts the restores of a set's tables into new tables. All names are checked first: if one is taken, nothing is started. A
 * restore that cannot be started then, because too many are running, is returned with its error; a repeat of the request
 * starts it.
 *
 * Throws `SetNotFound`, `BackupNotAvailable` while the set is being made, `BackupNotFound` for a table that has no backup in
 * it, `Validation` for a name that occurs twice in the request, `TableInUse`, `TableAlreadyExists`.
 */
export async function restoreBackupSet(
  services: RequestServices,
  input: RestoreBackupSetInput,
): Promise<readonly TableRestore[]> {
  const { name, id, targets, overrides, requestedBy, requestKey } = input;
  const set = await describeBackupSet(services, { name, id });
  const keyOf = (target: string): string | undefined =>
    requestKey && hash('sha256', JSON.stringify([requestKey, name, id, target]));
  const wanted = findBackups(set, targets);
  await pMap(wanted, ({ target }) => checkUnlessOurs(services, target, keyOf(target)), { concurrency });
  return pMap(
    wanted,
    async ({ table, target, backup }) => {
      const key = keyOf(target);
      try {
        const started = await restoreTable(services, {
          backup: { table, id: backup },
          target,
          ...(overrides !== undefined && { overrides }),
          ...(requestedBy !== undefined && { requestedBy }),
          ...(key !== undefined && { requestKey: key }),
        });
        return { table, target, started };
      } catch (error) {
        if (!(error instanceof TidemarkError)) throw error;
        return { table, target, error };
      }
    },
    { concurrency },
  );
}

/** Finds the backup of each table. */
function findBackups(
  { name, id, status, members }: BackupSet,
  targets: RestoreBackupSetInput['targets'],
): { table: string; target: string; backup: BackupId }[] {
  if (!isSetOutcome(status)) {
    throw new TidemarkError('BackupNotAvailable', `Backup set is not available yet: ${name}/${id}`);
  }
  for (const names of [targets.map(({ table }) => table), targets.map(({ target }) => target)]) {
    if (new Set(names).size === names.length) continue;
    throw new TidemarkError(
      'Validation',
      'A restore of a backup set names each table and each new table once',
    );
  }
  const backups = new Map(members.map((member) => [member.table, member]));
  return targets.map(({ table, target }) => {
    const member = backups.get(table);
    if (member?.status === 'AVAILABLE' && member.backup !== undefined) {
      return { table, target, backup: member.backup };
    }
    const why = member?.reason === undefined ? '' : ` (it failed: ${member.reason})`;
    throw new TidemarkError(
      'BackupNotFound',
      `Backup set ${name}/${id} has no backup of table ${table}${why}`,
    );
  });
}

/** Throws if the target's name is taken, unless an earlier attempt of the same request has taken it. */
async function checkUnlessOurs(
  services: RequestServices,
  target: string,
  key: string | undefined,
): Promise<void> {
  const restore = key === undefined ? undefined : await services.catalog.restores.get(target);
  if (restore?.requestKey !== key || key === undefined) await checkTarget(services, target);
}
