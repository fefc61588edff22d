import pMap from 'p-map';
import type { NewBackup } from '../../catalog/new-backup.ts';
import type { BackupRecord } from '../../model/records.ts';
import type { SetRecord } from '../../model/sets.ts';
import { reasonOf, TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { startBackup } from '../create-backup.ts';
import { prepareBackup } from '../prepare-backup.ts';
import { requestNativeBackup } from '../request-native-backup.ts';

/** How many tables are described, or backups requested, at the same time. */
export const memberConcurrency = 25;

/** The backup that a table is to get, or the reason why it cannot get one. */
export type PreparedMember = NewBackup | TidemarkError;

type MemberRequest = Pick<
  SetRecord,
  'name' | 'kind' | 'source' | 'base' | 'checksum' | 'comment' | 'requestedBy' | 'sink'
>;

/**
 * Describes a table and checks that it can be backed up. Returns the error if it cannot. Throws temporary errors, such as
 * throttling.
 */
export async function prepareMember(
  services: RequestServices,
  { name, kind, source, base, checksum, comment, requestedBy, sink }: MemberRequest,
  table: string,
): Promise<PreparedMember> {
  try {
    return await prepareBackup(services, {
      table,
      name,
      ...(kind !== undefined && { kind }),
      ...(source !== undefined && { source }),
      ...(base !== undefined && { base }),
      ...(checksum !== undefined && { checksum }),
      ...(comment !== undefined && { comment }),
      ...(requestedBy !== undefined && { requestedBy }),
      ...(sink !== undefined && { sink }),
    });
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
}

/**
 * Requests the backups of a set's tables, except those that were requested before. First catalogs all of them, then starts
 * them, so that running backups do not slow down the request. Only the first record of a member counts, so any number of
 * callers may do this at the same time. If a request fails for a temporary reason or by a crash, the reconciler repeats it.
 *
 * `prepared`: the tables that were described already.
 */
export async function requestMembers(
  services: RequestServices,
  set: SetRecord,
  prepared?: ReadonlyMap<string, PreparedMember>,
): Promise<void> {
  await startMembers(services, await catalogMembers(services, set, prepared));
}

/** Catalogs the backups, as `requestMembers` does. Returns those that this call has cataloged, which are to be started. */
export async function catalogMembers(
  services: RequestServices,
  set: SetRecord,
  prepared: ReadonlyMap<string, PreparedMember> = new Map(),
): Promise<readonly BackupRecord[]> {
  const { catalog, log } = services;
  const recorded = new Set((await catalog.sets.readMembers(set)).map(({ table }) => table));
  const request = async (table: string): Promise<BackupRecord | undefined> => {
    try {
      const wanted = prepared.get(table) ?? (await prepareMember(services, set, table));
      if (!(wanted instanceof TidemarkError)) return await catalogBackup(services, set, wanted);
      await catalog.sets.refuseMember(set, table, reasonOf(wanted));
    } catch (error) {
      const facts = { set: set.id, table, reason: reasonOf(error) };
      log.error('backup of a set not requested: the reconciler will request it', facts);
    }
    return undefined;
  };
  const missing = set.tables.filter((table) => !recorded.has(table));
  const made = await pMap(missing, request, { concurrency: memberConcurrency });
  return made.filter((backup) => backup !== undefined);
}

/** Starts backups that were just cataloged. The reconciler starts those that fail to start. */
export async function startMembers(
  services: RequestServices,
  backups: readonly BackupRecord[],
): Promise<void> {
  await pMap(
    backups,
    async (backup) => {
      if (backup.source !== 'native') return startBackup(services, backup);
      // The error is on the record of the backup, which has failed.
      await requestNativeBackup(services, backup).catch((error: unknown) => {
        if (!(error instanceof TidemarkError)) throw error;
      });
    },
    { concurrency: memberConcurrency },
  );
}

/** Catalogs a member's backup. Returns undefined if it is cataloged already, or cannot be. */
async function catalogBackup(
  { catalog }: RequestServices,
  set: SetRecord,
  wanted: NewBackup,
): Promise<BackupRecord | undefined> {
  const { notBefore: _notBefore, ...request } = wanted;
  const key = { name: set.name, id: set.id };
  try {
    const { backup, isNew } = await catalog.backups.create({ ...request, set: key, markerOfSet: set.marker });
    return isNew ? backup : undefined;
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    await catalog.sets.refuseMember(set, wanted.table.name, reasonOf(error));
    return undefined;
  }
}
