import pMap from 'p-map';
import type { BackupRecord, Figures, Kind } from '../../model/records.ts';
import type { BackupSet, SetMember, SetOutcome, SetProgress, SetRecord } from '../../model/sets.ts';
import type { RequestServices } from '../../services/operation-services.ts';

/** How many records of backups are read at the same time. */
const concurrency = 25;

/** A table counts as at least this many bytes of work: an empty one takes time too. */
const leastWorkBytes = 1024 * 1024;

/**
 * Reads a set with its members. The status of a set follows from its backups; the records of the set and its members only
 * keep what was noticed about them. So the answer is right even if the end of the last backup is not recorded yet. Changes
 * nothing.
 *
 * `areJustCataloged`: no backup can have ended yet, so none is read.
 */
export async function readSet(
  { catalog }: Pick<RequestServices, 'catalog'>,
  set: SetRecord,
  { areJustCataloged = false }: { readonly areJustCataloged?: boolean } = {},
): Promise<BackupSet> {
  const recorded = new Map((await catalog.sets.readMembers(set)).map((member) => [member.table, member]));
  const members = await pMap(
    set.tables,
    async (table) => {
      const member = recorded.get(table) ?? { table, status: 'WAITING' as const };
      if (areJustCataloged || member.status !== 'CREATING' || member.backup === undefined) return member;
      const backup = await catalog.backups.get({ table, id: member.backup });
      return backup === undefined ? member : describeMember(member, backup);
    },
    { concurrency },
  );
  const progress = measure(members);
  const isEnded = set.status === 'CREATING' && progress.tablesDone === members.length;
  return {
    ...set,
    ...(isEnded && {
      status: findOutcome(members),
      figures: sumFigures(members),
      ...setIfKnown(findKind(members)),
    }),
    members,
    progress: set.status === 'CREATING' ? progress : { ...progress, percent: 100 },
  };
}

function describeMember(member: SetMember, { status, kind, figures, reason }: BackupRecord): SetMember {
  return {
    ...member,
    status,
    ...(kind !== undefined && status === 'AVAILABLE' && { kind }),
    ...(figures !== undefined && { figures }),
    ...(reason !== undefined && { reason }),
  };
}

function isDone({ status }: SetMember): boolean {
  return status !== 'WAITING' && status !== 'CREATING';
}

function measure(members: readonly SetMember[]): SetProgress {
  const work = (some: readonly SetMember[]): number =>
    some.reduce((sum, { sizeBytes = 0 }) => sum + Math.max(sizeBytes, leastWorkBytes), 0);
  const done = members.filter(isDone);
  return {
    percent: Math.floor((100 * work(done)) / work(members)),
    tablesDone: done.length,
    tables: members.length,
  };
}

/** The status with which a set ends. A backup that was made and then deleted counts as made. */
function findOutcome(members: readonly SetMember[]): SetOutcome {
  const failed = members.filter(({ status }) => status === 'FAILED');
  if (failed.length === 0) return 'AVAILABLE';
  return failed.length === members.length ? 'FAILED' : 'PARTIAL';
}

/** Finds the kind of a whole set: full if all of its backups are; else that of the others. */
function findKind(members: readonly SetMember[]): Kind | undefined {
  const kinds = new Set(members.map(({ kind }) => kind));
  return (['incremental', 'differential', 'full'] as const).find((kind) => kinds.has(kind));
}

function setIfKnown(kind: Kind | undefined): { kind?: Kind } {
  return kind === undefined ? {} : { kind };
}

function sumFigures(members: readonly SetMember[]): Figures {
  const sum = (measureOf: (figures: Figures) => number): number =>
    members.reduce((total, { figures }) => total + (figures === undefined ? 0 : measureOf(figures)), 0);
  return {
    items: sum(({ items }) => items),
    bytes: sum(({ bytes }) => bytes),
    copiedBytes: sum(({ copiedBytes }) => copiedBytes),
    copiedFiles: sum(({ copiedFiles }) => copiedFiles),
    copiedRecords: sum(({ copiedRecords }) => copiedRecords),
  };
}
