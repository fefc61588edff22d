import pMap from 'p-map';
import type { NewBackup } from '../../catalog/backups.ts';
import type { SetRecord } from '../../model/sets.ts';
import { reasonOf, TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { startBackup } from '../create-backup.ts';
import { prepareBackup } from '../prepare-backup.ts';
import { requestNativeBackup } from '../request-native-backup.ts';

/** How many tables are described, or backups requested, at the same time. */
export const memberConcurrency = 25;

/** What a table's backup is to be; or why there can be none. */
export type PreparedMember = NewBackup | TidemarkError;

type MemberRequest = Pick<
  SetRecord,
  'name' | 'kind' | 'source' | 'base' | 'checksum' | 'comment' | 'requestedBy'
>;

/**
 * Describes a table and checks that it can be backed up. Returns the error if it cannot. Throws what may pass, such as a
 * throttled call.
 */
export async function prepareMember(
  services: RequestServices,
  { name, kind, source, base, checksum, comment, requestedBy }: MemberRequest,
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
    });
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
}

/**
 * Requests the backups of a set's tables, except those that were requested before. The first record of a member counts, so
 * any number of callers may do this at the same time. What fails for a reason that may pass is left to the reconciler.
 *
 * `prepared`: what is known of the tables already.
 */
export async function requestMembers(
  services: RequestServices,
  set: SetRecord,
  prepared: ReadonlyMap<string, PreparedMember> = new Map(),
): Promise<void> {
  const { catalog, log } = services;
  const recorded = new Set((await catalog.sets.readMembers(set)).map(({ table }) => table));
  const request = async (table: string): Promise<void> => {
    try {
      const wanted = prepared.get(table) ?? (await prepareMember(services, set, table));
      if (wanted instanceof TidemarkError) await catalog.sets.refuseMember(set, table, reasonOf(wanted));
      else await requestBackup(services, set, wanted);
    } catch (error) {
      const facts = { set: set.id, table, reason: reasonOf(error) };
      log.error('backup of a set not requested: the reconciler will request it', facts);
    }
  };
  const missing = set.tables.filter((table) => !recorded.has(table));
  await pMap(missing, request, { concurrency: memberConcurrency });
}

async function requestBackup(services: RequestServices, set: SetRecord, wanted: NewBackup): Promise<void> {
  const { catalog } = services;
  const { notBefore: _, ...request } = wanted;
  const key = { name: set.name, id: set.id };
  try {
    const { backup, isNew } = await catalog.backups.create({ ...request, set: key, markerOfSet: set.marker });
    if (!isNew) return;
    // Not at the same time, as for a single backup: an execution does not wait long for a record with an older marker.
    if (set.source === 'native') await requestNativeBackup(services, backup);
    else await startBackup(services, backup);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    // Does nothing if the backup has a record, such as one of a native backup that DynamoDB has refused.
    await catalog.sets.refuseMember(set, wanted.table.name, reasonOf(error));
  }
}
