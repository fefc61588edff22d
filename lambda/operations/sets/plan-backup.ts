import { chooseSource, listCandidates, type Wish } from '../../backup/choose-source.ts';
import { findFormerHeads, findHead } from '../../backup/parents.ts';
import { sources } from '../../backup/sources.ts';
import type { NewBackup } from '../../catalog/new-backup.ts';
import type { BackupSource, Kind, Source, TableDescription } from '../../model/records.ts';
import type { SetRequest } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import type { Facts, Parent } from '../../sources/source.ts';
import { prepareMember } from './request-members.ts';

/** The backup that a table would get. */
export interface PlannedBackup {
  readonly description: TableDescription;
  readonly source: BackupSource;
  readonly kind?: Kind;
  readonly isContinued: boolean;
  readonly why: readonly string[];
}

/**
 * Chooses the source of a table's backup as its execution would, but enables nothing: a stream or recovery that would be
 * enabled counts as enabled now. Throws the error with which the backup would fail.
 */
export async function planBackup(
  services: RequestServices,
  request: SetRequest,
  table: string,
): Promise<PlannedBackup> {
  const prepared = await prepareMember(services, request, table);
  if (prepared instanceof TidemarkError) throw prepared;
  const { description, source: requested } = prepared;
  if (requested === 'native') {
    return { description, source: 'native', isContinued: false, why: ['DynamoDB makes the backup'] };
  }
  const { clock, config } = services;
  const wish: Wish = { requested, base: prepared.base ?? config.base };
  const candidates = listCandidates(wish, false);
  const now = clock.now();
  const choice = chooseSource(wish, {
    table,
    now,
    marker: now,
    onlyIncrement: false,
    config,
    parents: await findParents(services, prepared, candidates),
    ...(await findFacts(services, prepared, candidates.includes('export'), now)),
  });
  if ('error' in choice) throw new TidemarkError(choice.error, choice.message);
  const isContinued = choice.parent !== undefined;
  const kind = isContinued ? (prepared.kind ?? 'incremental') : 'full';
  return { description, source: choice.origin.source, kind, isContinued, why: choice.why };
}

/** Finds the snapshots that the backup could continue. */
async function findParents(
  { catalog, clock }: RequestServices,
  backup: NewBackup,
  candidates: readonly Source[],
): Promise<Parent[]> {
  if (candidates.some((name) => sources[name].continuesOlder))
    return findFormerHeads({ catalog, clock }, backup);
  return findHead({ catalog }, backup, (await catalog.turns.getTable(backup.table.name, backup.sink))?.head);
}

/** Finds what the choice depends on. */
async function findFacts(
  { config, recovery }: RequestServices,
  { table, description, streamArn }: NewBackup,
  needsRecovery: boolean,
  now: number,
): Promise<Facts> {
  const enablesStream = config.missingStream === 'enable' && description.stream?.StreamEnabled !== true;
  const { enabled, earliest } = needsRecovery
    ? await recovery.describe(table.name)
    : { enabled: false, earliest: undefined };
  const enablesRecovery = needsRecovery && !enabled && config.missingRecovery === 'enable';
  const isRecoverable = (enabled && earliest !== undefined) || enablesRecovery;
  return {
    stream:
      streamArn !== undefined
        ? { arn: streamArn, createdAt: readCreationTime(streamArn, now) }
        : enablesStream
          ? { arn: `${table.arn}/stream/new`, createdAt: now }
          : undefined,
    recovery: isRecoverable ? { earliest: enablesRecovery ? now : (earliest ?? now) } : undefined,
  };
}

/** Reads the time at which a stream was enabled from its ARN, which ends with it, in UTC. Returns `now` for other ARNs. */
function readCreationTime(streamArn: string, now: number): number {
  const time = Date.parse(`${streamArn.slice(streamArn.lastIndexOf('/') + 1)}Z`);
  return Number.isNaN(time) ? now : time;
}
