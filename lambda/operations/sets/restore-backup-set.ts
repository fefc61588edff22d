import { hash } from 'node:crypto';
import pMap from 'p-map';
import { isSetOutcome, type BackupSet, type SetKey } from '../../model/sets.ts';
import type { RestoreRecord } from '../../model/records.ts';
import type { BackupId } from '../../model/ids.ts';
import type { KeptSetting, RestoreOverrides } from '../../model/restore-overrides.ts';
import type { StartedRestore } from '../../native/recovery.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { checkTarget } from '../restore-request.ts';
import { restoreTable } from '../restore-table.ts';
import { describeBackupSet } from './describe-backup-set.ts';

/** How many restores are started at the same time. */
const concurrency = 5;

/** A table of a set, and the name of the new table. */
export interface SetTarget {
  readonly table: string;
  readonly target: string;
  /** The settings to restore that DynamoDB's restore does not restore. @default the stream, if the set's request named it */
  readonly keep?: readonly KeptSetting[];
}

export interface RestoreBackupSetInput extends SetKey {
  /** The tables to restore, each once, and the names of the new tables. */
  readonly targets: readonly SetTarget[];
  /** Settings that the new tables get instead of those of their sources. */
  readonly overrides?: RestoreOverrides;
  readonly requestedBy?: string;
  /**
   * The key that all attempts of one call share: a repeat gets the restores of the first one, and starts those that failed
   * to start.
   */
  readonly requestKey?: string;
  /** If the restores of an equal request are running, or ended within the last minute, returns these. */
  readonly joinRunning?: true;
}

/** How long after its end a restore is joined, in ms: a client repeats its request at once when a connection drops. */
const joinMs = 60_000;

/** The result for one table: the restore that was started, or the error that prevented it. */
export type TableRestore = { readonly table: string; readonly target: string } & (
  | { readonly started: StartedRestore }
  | { readonly error: TidemarkError }
);

/**
 * Starts the restores of a set's tables into new tables. All names are checked first, and the data sink: if a name is taken
 * or the sink cannot be read, nothing is started. A restore that cannot be started then, because too many are running, is returned with its error; a repeat of the request
 * starts it.
 *
 * Throws `SetNotFound`, `BackupNotAvailable` while the set is being made, `BackupNotFound` for a table that has no backup in
 * it, `Validation` for a name that occurs twice in the request, `TableInUse`, `TableAlreadyExists`, `SinkNotFound`,
 * `SinkUnreachable`.
 */
export async function restoreBackupSet(
  services: RequestServices,
  input: RestoreBackupSetInput,
): Promise<readonly TableRestore[]> {
  const { name, id, targets, overrides, requestedBy } = input;
  const set = await describeBackupSet(services, { name, id });
  const requestKey = input.requestKey ?? (input.joinRunning && keyOfRequest(input));
  const keyOf = (target: string): string | undefined =>
    requestKey && hash('sha256', JSON.stringify([requestKey, name, id, target]));
  const wanted = findBackups(set, targets);
  const ours = await findOurs(services, wanted, keyOf);
  // An equal request that is long over was another one: its tables are in the way, as any others.
  const isRepeat = input.requestKey !== undefined || ours.some((each) => isOfNow(services, each));
  const taken = new Set(isRepeat ? ours.map(({ target }) => target) : []);
  await pMap(
    wanted.filter(({ target }) => !taken.has(target)),
    ({ target }) => checkTarget(services, target),
    { concurrency },
  );
  // The restores of an earlier attempt need no check: each reads the sink by itself.
  if (taken.size < wanted.length) await services.sinks.checkReadable(set.sink);
  return pMap(
    wanted,
    async ({ table, target, backup, keep }) => {
      const key = keyOf(target);
      try {
        const started = await restoreTable(services, {
          backup: { table, id: backup },
          target,
          ...((overrides !== undefined || keep.length > 0) && { overrides: { keep, ...overrides } }),
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

interface WantedTable extends Required<SetTarget> {
  readonly backup: BackupId;
}

/** Finds the backup of each table. */
function findBackups(
  { name, id, status, members, source, streamsOf = [] }: BackupSet,
  targets: RestoreBackupSetInput['targets'],
): WantedTable[] {
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
  return targets.map(({ table, target, keep: requested }) => {
    const member = backups.get(table);
    if (member?.status === 'AVAILABLE' && member.backup !== undefined) {
      // DynamoDB restores its own backups without these settings.
      const recorded = streamsOf.includes(table) && source !== 'native' ? (['stream'] as const) : [];
      return { table, target, backup: member.backup, keep: requested ?? recorded };
    }
    const why = member?.reason === undefined ? '' : ` (it failed: ${member.reason})`;
    throw new TidemarkError(
      'BackupNotFound',
      `Backup set ${name}/${id} has no backup of table ${table}${why}`,
    );
  });
}

/** What makes two requests equal that have no key. */
function keyOfRequest({ targets, overrides, requestedBy }: RestoreBackupSetInput): string {
  const tables = targets.map(({ table, target, keep }) => [table, target, keep]);
  return JSON.stringify([requestedBy, tables, overrides]);
}

/** Finds the restores that an earlier attempt of the same request has begun. */
async function findOurs(
  { catalog }: Pick<RequestServices, 'catalog'>,
  wanted: readonly WantedTable[],
  keyOf: (target: string) => string | undefined,
): Promise<readonly RestoreRecord[]> {
  const found = await pMap(
    wanted,
    async ({ target }) => {
      const key = keyOf(target);
      const restore = key === undefined ? undefined : await catalog.restores.get(target);
      return restore?.requestKey === key ? restore : undefined;
    },
    { concurrency },
  );
  return found.filter((each) => each !== undefined);
}

/** True for a restore that is running or has just ended. */
function isOfNow({ clock }: Pick<RequestServices, 'clock'>, { status, endedAt = 0 }: RestoreRecord): boolean {
  return status === 'RESTORING' || clock.now() - endedAt < joinMs;
}
