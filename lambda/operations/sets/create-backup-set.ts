import { hash } from 'node:crypto';
import pMap from 'p-map';
import { toSinkMember } from '../../model/data-sinks.ts';
import type { BackupSet, SetId, SetRequest } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { admitRequest, findSinkFault, tooManyRequestsError } from '../create-backup.ts';
import { checkKind } from '../prepare-backup.ts';
import { checkSetRequest, toObstacleError } from './check-set-request.ts';
import { noticeEnd } from './advance-set.ts';
import { readSet } from './read-set.ts';
import {
  catalogMembers,
  memberConcurrency,
  type PreparedMember,
  prepareMember,
  startMembers,
} from './request-members.ts';

export interface CreateBackupSetInput extends SetRequest {
  /** Days after which the set is deleted with all of its backups, in place of `expiresAt`. */
  readonly retentionDays?: number;
  /** How many sets of the name may be requested on one day (UTC). @default any number */
  readonly maxPerDay?: number;
  /** True: if the running set of the name is from an equal request, returns that set instead of throwing `SetInUse`. */
  readonly joinRunning?: boolean;
  /** Requests with the same key are one request: repeats return the first one's set. */
  readonly requestKey?: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** The set of a request. `isNew` is false if the request is a repeat; then the set is that of the first request. */
export interface CreatedSet {
  readonly set: BackupSet;
  readonly isNew: boolean;
}

/**
 * Requests backups of several tables as one set, which is CREATING. All of them get one marker. A table that cannot be
 * backed up becomes a member that failed with its reason; if that is every table, the request fails and nothing is written.
 * A repeat of an accepted request gets its set even if the data sink is gone by then.
 *
 * Throws `Validation`, `SinkNotFound`, `SinkUnreachable`, `LimitExceeded`, `TooManySets` (of the day), `SetInUse` (another
 * set of the name is being made), and what `createBackup` throws for the first table if no table can be backed up.
 */
export async function createBackupSet(
  services: RequestServices,
  input: CreateBackupSetInput,
): Promise<CreatedSet> {
  const { maxPerDay, joinRunning, requestKey, retentionDays, sink, ...given } = input;
  const { catalog, clock } = services;
  const request: SetRequest = {
    ...given,
    ...toSinkMember(sink),
    ...(retentionDays !== undefined && { expiresAt: clock.now() + retentionDays * dayMs }),
  };
  checkSetRequest(request);
  checkKind(services, request);
  const fingerprint = hash('sha256', JSON.stringify(canonize(request)));
  const key =
    requestKey === undefined ? undefined : hash('sha256', JSON.stringify([requestKey, fingerprint]));
  const first = await catalog.sets.findRequested(key);
  if (first !== undefined) return { set: await readSet(services, first), isNew: false };
  const refusal = await findSinkFault(services, request.sink);
  if (refusal !== undefined) {
    const obstacle = joinRunning === true ? await catalog.sets.findObstacle(request.name) : undefined;
    const running =
      obstacle?.kind === 'running' && (await findEqual(services, request.name, obstacle.id, fingerprint));
    if (running) return { set: running, isNew: false };
    throw refusal;
  }
  const [prepared, admitted] = await Promise.all([
    prepareMembers(services, request),
    admitRequest(services, request.requestedBy),
  ]);
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
    const running = await findEqual(services, request.name, made.id, fingerprint);
    if (running !== undefined && joinRunning === true) return { set: running, isNew: false };
    made = await catalog.sets.create(wanted);
  }
  if (!('set' in made)) throw toObstacleError(request.name, made, maxPerDay);
  if (made.kind === 'repeat') return { set: await readSet(services, made.set), isNew: false };
  const backups = await catalogMembers(services, made.set, prepared);
  const set = await readSet(services, made.set, { areJustCataloged: true });
  await startMembers(services, backups);
  return { set, isNew: true };
}

/**
 * Finds the running set of a name if its request was an equal one. Its last backup may have ended although nothing has
 * recorded that yet: then the set ends here.
 */
async function findEqual(
  services: RequestServices,
  name: string,
  id: SetId,
  fingerprint: string,
): Promise<BackupSet | undefined> {
  const set = await noticeEnd(services, { name, id });
  return set?.status === 'CREATING' && set.fingerprint === fingerprint ? set : undefined;
}

/**
 * Returns the members by which two requests are equal, in a fixed order. The time of expiry is none of them, because
 * repeats of one request may compute different ones.
 */
function canonize({ expiresAt: _expiresAt, ...request }: SetRequest): readonly unknown[] {
  const wish = { ...request, tables: request.tables.toSorted() };
  return Object.entries(wish).toSorted(([a], [b]) => (a < b ? -1 : 1));
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
