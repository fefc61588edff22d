import { hash } from 'node:crypto';
import pMap from 'p-map';
import { type BackupSet, maxSetName, maxSetTables, type SetKey, type SetRequest } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { admitRequest, tooManyRequestsError } from '../create-backup.ts';
import { checkKind } from '../prepare-backup.ts';
import { noticeEnd } from './advance-set.ts';
import { readSet } from './read-set.ts';
import { memberConcurrency, type PreparedMember, prepareMember, requestMembers } from './request-members.ts';

export interface CreateBackupSetInput extends SetRequest {
  /** How many sets of the name may be requested on one day (UTC). @default any number */
  readonly maxPerDay?: number;
  /** If an equal request is being worked on, returns its set instead of `SetInUse`. */
  readonly joinRunning?: boolean;
  /** Requests with the same key are one request: repeats return the first one's set. */
  readonly requestKey?: string;
}

/** The set of a request. `isNew` is false if the request is a repeat, and the set that of the first one. */
export interface CreatedSet {
  readonly set: BackupSet;
  readonly isNew: boolean;
}

/**
 * Requests backups of several tables as one set, which is CREATING. All of them get one marker. A table that cannot be
 * backed up becomes a member that failed with its reason; if that is every table, the request fails and nothing is written.
 *
 * Throws `Validation`, `LimitExceeded`, `TooManySets` (the day's), `SetInUse` (another set of the name is being made), and
 * what `createBackup` throws for the first table if no table can be backed up.
 */
export async function createBackupSet(
  services: RequestServices,
  input: CreateBackupSetInput,
): Promise<CreatedSet> {
  const { maxPerDay, joinRunning, requestKey, ...request } = input;
  const { catalog } = services;
  checkRequest(request);
  checkKind(services, request);
  const fingerprint = hash('sha256', JSON.stringify(canonize(request)));
  const key =
    requestKey === undefined ? undefined : hash('sha256', JSON.stringify([requestKey, fingerprint]));
  const first = await catalog.sets.findRequested(key);
  if (first !== undefined) return { set: await readSet(services, first), isNew: false };
  const [prepared, admitted] = await Promise.all([prepareMembers(services, request), admitRequest(services)]);
  if (!admitted) throw tooManyRequestsError();

  const wanted = {
    ...request,
    fingerprint,
    marker: Math.max(services.clock.now(), ...findTimes([...prepared.values()])),
    ...(maxPerDay !== undefined && { maxPerDay }),
    ...(key !== undefined && { requestKey: key }),
  };
  let made = await catalog.sets.create(wanted);
  if (made.kind === 'running') {
    // Its last backup may have ended without anybody noticing.
    const running = await noticeEnd(services, { name: request.name, id: made.id });
    if (running?.status === 'CREATING' && joinRunning === true && running.fingerprint === fingerprint) {
      return { set: running, isNew: false };
    }
    made = await catalog.sets.create(wanted);
  }
  if (made.kind === 'full') throw tooManySetsError(request.name, maxPerDay);
  if (made.kind === 'running') throw setRunningError({ name: request.name, id: made.id });
  if (made.kind === 'created') await requestMembers(services, made.set, prepared);
  return { set: await readSet(services, made.set), isNew: made.kind === 'created' };
}

function checkRequest({ name, tables, kind, replaces = {}, comment = '' }: SetRequest): void {
  if (name.length === 0 || name.length > maxSetName) {
    throw new TidemarkError('Validation', `The name of a backup set has 1 to ${maxSetName} characters`);
  }
  if (tables.length === 0 || tables.length > maxSetTables) {
    throw new TidemarkError(
      'Validation',
      `A backup set has 1 to ${maxSetTables} tables, not ${tables.length}: divide them into several sets`,
    );
  }
  if (new Set(tables).size < tables.length) {
    throw new TidemarkError('Validation', 'A backup set names each of its tables once');
  }
  const { sinceFull, keepIncrementals = 1 } = replaces;
  if (sinceFull === true && kind !== 'differential') {
    throw new TidemarkError(
      'Validation',
      'Only a differential set replaces the sets since the last full one',
    );
  }
  if (!Number.isInteger(keepIncrementals) || keepIncrementals < 1) {
    throw new TidemarkError('Validation', 'At least 1 incremental set of a name is kept');
  }
  if (comment.length > maxComment) {
    throw new TidemarkError('Validation', `A comment has at most ${maxComment} characters`);
  }
}

/** The longest comment, in characters, as for a single backup. */
const maxComment = 1024;

/** What makes two requests equal, in a fixed order. */
function canonize({
  replaces,
  name,
  tables,
  group,
  kind,
  source,
  comment,
  requestedBy,
}: SetRequest): readonly unknown[] {
  return [name, tables.toSorted(), group, kind, source, comment, requestedBy, replaces];
}

/** Describes all tables at about the same time. Throws the first error if no table can be backed up. */
async function prepareMembers(
  services: RequestServices,
  request: SetRequest,
): Promise<ReadonlyMap<string, PreparedMember>> {
  const members = await pMap(request.tables, (table) => prepareMember(services, request, table), {
    concurrency: memberConcurrency,
  });
  const [first] = members;
  if (first instanceof TidemarkError && members.every((member) => member instanceof TidemarkError))
    throw first;
  return new Map(members.map((member, i) => [String(request.tables[i]), member]));
}

/** DynamoDB's own times at which it described the tables, epoch ms: the marker is not before any of them. */
function findTimes(members: readonly PreparedMember[]): number[] {
  return members.flatMap((member) => (member instanceof TidemarkError ? [] : [member.notBefore ?? 0]));
}

function tooManySetsError(name: string, maxPerDay: number | undefined): TidemarkError {
  return new TidemarkError(
    'TooManySets',
    `At most ${maxPerDay} backup sets of ${name} can be requested a day`,
  );
}

function setRunningError({ name, id }: SetKey): TidemarkError {
  return new TidemarkError('SetInUse', `Backup set ${name}/${id} is being made. Wait until it has ended`);
}
