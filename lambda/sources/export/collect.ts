import { pauseSeconds } from '../../jobs/pause.ts';
import { openExportStaging, type Staging } from '../../jobs/staging.ts';
import { reasonOf, TidemarkError } from '../../runtime/errors.ts';
import { isStillBusy } from '../../runtime/throttling.ts';
import { toBucketKey } from '../../storage/bucket-key.ts';
import type { Collected, CollectWork, SourcePlan, SourceServices } from '../source.ts';
import type { StagedFile } from '../staged-files.ts';
import type { ExportOrigin } from './choose.ts';
import { readExportManifest } from './manifest.ts';
import { endOf, type ExportRange, startExport } from './request.ts';
import { describeExport, type ExportFacts } from './state.ts';

/** Exports take minutes, and the latest time that can be exported is about five minutes ago. */
const minWaitSeconds = 30;

/** An export that was started. */
interface Started {
  readonly arn: string;
}

/** The exports of one backup. */
interface Exports extends Pick<ExportOrigin, 'ranges'> {
  readonly plan: SourcePlan;
  /** The folder of the backup's exports, shared by all its executions. */
  readonly folder: Staging;
}

/**
 * Starts DynamoDB's exports of the ranges once their end can be exported, and waits for the exports. It also waits
 * while the account has no room for another export or call. Throws `ExportFailed`, `ContinuousBackupsUnavailable`,
 * `CutUnreachable`, and `StagedDataCorrupt` if an export is not what was requested.
 */
export async function collectExports(
  services: SourceServices,
  { ranges }: ExportOrigin,
  { plan }: CollectWork,
): Promise<Collected> {
  const exports: Exports = { ranges, plan, folder: openExportStaging(services, plan.id) };
  const age = services.clock.now() - plan.startedAt;
  try {
    const files = await findExportedFiles(services, exports);
    if (files !== undefined) return { status: 'done', files };
  } catch (error) {
    if (!isStillBusy(error, age)) throw error;
    services.log.warn('no room for an export', { backup: plan.id, reason: reasonOf(error) });
  }
  return { status: 'wait', waitSeconds: pauseSeconds(age, minWaitSeconds) };
}

/** Finds the files of the exports, which it starts first; undefined while one is running, or cannot be started yet. */
async function findExportedFiles(
  services: SourceServices,
  exports: Exports,
): Promise<StagedFile[] | undefined> {
  const { ranges, plan, folder } = exports;
  if (ranges.length === 0) return [];
  if (!(await areExportable(services, exports))) return undefined;
  // Starts all exports before it waits for any. The calls run one after the other, because DynamoDB throttles a burst from
  // about the twelfth call on. Every start and end is noted, so a throttled call loses nothing.
  const started = [];
  for (const range of ranges) started.push(await start(services, exports, range));
  const ended = [];
  for (const [order, what] of ranges.entries()) {
    const facts = await findEnd(services, exports, what, String(started[order]?.arn));
    if (facts === undefined) return undefined;
    ended.push({ facts, what, order });
  }
  // The manifests are read once, when all exports have ended.
  const { arn: tableArn, tableId } = plan.table;
  const files: StagedFile[] = [];
  for (const { facts, ...requested } of ended) {
    const expected = { tableArn, tableId, prefix: prefixOf(services, folder, requested.what), ...requested };
    files.push(...(await readExportManifest(services.store, cutPrefix(services), facts, expected)));
  }
  return files;
}

/** True once the end of the last range can be exported. That holds if its export was started before. */
async function areExportable(
  { recovery }: SourceServices,
  { ranges, plan, folder }: Exports,
): Promise<boolean> {
  const last = ranges.at(-1);
  if (last !== undefined && (await folder.find<Started>(noteOf(last))) !== undefined) return true;
  const { latest } = await recovery.describe(plan.table.name);
  if (latest === undefined) {
    throw new TidemarkError(
      'ContinuousBackupsUnavailable',
      `Point-in-time recovery of ${plan.table.name} was switched off. Switch it on, then request the backup again.`,
    );
  }
  return ranges.every((range) => latest >= endOf(range));
}

/**
 * Starts the export of a range, unless an earlier execution of the backup did. The note of it lives in the backup's own
 * folder, and the client token is derived from backup and range, so that no range is exported (and billed) twice. A new
 * base has another range than the changes since a parent. DynamoDB refuses a token that is used again with another bucket,
 * prefix or key, so a backup fails if the configuration changes after a crash between the call and its note.
 */
function start(
  services: SourceServices,
  { plan: { id, table }, folder }: Exports,
  what: ExportRange,
): Promise<Started> {
  return folder.publishOnce<Started>(noteOf(what), async () => ({
    arn: await startExport(services.dynamodb, {
      tableArn: table.arn,
      clientToken: `tidemark-${id}-${nameOf(what)}`,
      place: { ...services.bucketPlace, prefix: prefixOf(services, folder, what) },
      what,
    }),
  }));
}

/**
 * Finds the content of an export that has ended; undefined while it is running. The end of an export is noted, so that
 * The step describes an ended export only once, even if the backup has many exports.
 */
async function findEnd(
  { dynamodb }: SourceServices,
  { folder }: Exports,
  what: ExportRange,
  arn: string,
): Promise<ExportFacts | undefined> {
  const note = `${nameOf(what)}-ended.json`;
  const noted = await folder.find<ExportFacts>(note);
  if (noted !== undefined) return noted;
  const state = await describeExport(dynamodb, arn);
  return state.status === 'running' ? undefined : folder.publishOnce(note, async () => state.facts);
}

function noteOf(range: ExportRange): string {
  return `${nameOf(range)}.json`;
}

/** Names a range by its times in epoch seconds. Exports have times in whole seconds. */
function nameOf(range: ExportRange): string {
  const times = 'time' in range ? [range.time] : [range.from, range.to];
  return times.map((time) => time / 1000).join('-');
}

/** The prefix of an export's files from the bucket's root. Each export has its own, so nothing else lies below it. */
function prefixOf({ bucketPlace: { prefix } }: SourceServices, folder: Staging, range: ExportRange): string {
  return toBucketKey(prefix, folder.key(nameOf(range)));
}

function cutPrefix({ bucketPlace: { prefix } }: SourceServices): (key: string) => string {
  return (key) => (prefix === '' ? key : key.slice(prefix.length + 1));
}
