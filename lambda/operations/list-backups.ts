import { type BackupKey, isSameRegion } from '../model/backup-arn.ts';
import type { ListQuery } from '../catalog/backup-list.ts';
import type { BackupRecord } from '../model/records.ts';
import { isCovered } from '../model/table-patterns.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

export type ListBackupsInput = ListQuery;

type Place = BackupKey & { readonly arn: string };

export interface BackupPage {
  /** Oldest first. */
  readonly backups: readonly BackupRecord[];
  /** The last record that this page has read, after which the next page continues; absent on the last page. */
  readonly last?: Place;
}

/** A part of a list. `upTo`: the last record that was read, if there may be more of them. */
interface Part {
  readonly backups: readonly BackupRecord[];
  readonly upTo?: Place | undefined;
}

/**
 * Lists one page of backups: those of the catalog and DynamoDB's own that Tidemark has not requested, of tables that the
 * configuration covers. Reads one backup more than `limit`, so that a full page that is the last has no cursor. A page
 * that found few backups among many records that are not listed is short, even empty, and has a cursor.
 * Throws `Validation` for a cursor of another region.
 */
export async function listBackups(
  { catalog, config, native }: Pick<RequestServices, 'catalog' | 'config' | 'native'>,
  input: ListBackupsInput,
): Promise<BackupPage> {
  if (!isSameRegion(input.after?.arn ?? '', config.catalogArn)) {
    throw new TidemarkError(
      'Validation',
      'Invalid Request: The supplied ExclusiveStartBackupArn does not match the region',
    );
  }
  const limit = input.limit + 1;
  const [own, foreign] = await Promise.all([
    catalog.backups.list({ ...input, limit }),
    native.listForeign({ ...input, limit: Math.min(limit, maxForeign), catalogArn: config.catalogArn }),
  ]);
  const covered = foreign.backups.filter(({ table }) => isCovered(config.tables, table.arn));
  return mergeParts(input.limit, [
    { backups: own.backups, upTo: own.upTo && placeOf(own.upTo) },
    { backups: covered, upTo: foreign.upTo },
  ]);
}

/** DynamoDB's limit for one page. */
const maxForeign = 100;

/** Merges parts of the list by creation time, up to the first point past which some part was not read. */
function mergeParts(limit: number, parts: readonly Part[]): BackupPage {
  const ends = parts.map(({ upTo }) => upTo).filter((end) => end !== undefined);
  const [end] = ends.toSorted(compareIds);
  const read = parts
    .flatMap(({ backups }) => backups)
    .filter((backup) => end === undefined || compareIds(backup, end) <= 0)
    .toSorted(compareIds);
  const backups = read.slice(0, limit);
  const last = backups.at(-1);
  if (read.length > limit && last !== undefined) return { backups, last: placeOf(last) };
  return { backups, ...(end !== undefined && { last: end }) };
}

function compareIds({ id: one }: Pick<BackupKey, 'id'>, { id: other }: Pick<BackupKey, 'id'>): number {
  return one < other ? -1 : Number(one > other);
}

function placeOf({ table, id, arn }: BackupRecord): Place {
  return { table: table.name, id, arn };
}
