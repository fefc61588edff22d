import { reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { isStillBusy } from '../runtime/throttling.ts';
import { readExportManifest } from '../sources/export/manifest.ts';
import { endOf, type ExportRange, startExport } from '../sources/export/request.ts';
import { exportState } from '../sources/export/state.ts';
import type { StagedFile } from '../sources/staged-files.ts';
import { bucketKey } from '../storage/bucket-key.ts';
import type { BackupPlan } from './backup-plan.ts';
import type { Collected } from './collect-stream.ts';
import { pauseSeconds } from '../jobs/pause.ts';
import { exportStaging, type Staging } from '../jobs/staging.ts';

/** Exports take minutes, and the time that can be exported lies about five behind. */
const leastWaitSeconds = 30;

/** An export that was started. */
interface Started {
  readonly arn: string;
}

/**
 * Has DynamoDB export what the plan names, once its end can be exported, and waits for it, and for room where too many
 * exports run in the account or it is asked too often. Throws `ExportFailed`, `ContinuousBackupsUnavailable`,
 * `CutUnreachable`, and `StagedDataCorrupt` for what is not what was asked for.
 */
export async function collectExports(services: Services, plan: BackupPlan): Promise<Collected> {
  const age = services.clock.now() - plan.startedAt;
  const files = await exported(services, plan).catch((error: unknown) => {
    if (!isStillBusy(error, age)) throw error;
    services.log.warn('no room for an export', { backup: plan.id, reason: reasonOf(error) });
    return undefined;
  });
  if (files !== undefined) return { status: 'done', files };
  return { status: 'wait', waitSeconds: pauseSeconds(age, leastWaitSeconds) };
}

/** The files of the exports; undefined while one is running, or cannot begin yet. */
async function exported(services: Services, plan: BackupPlan): Promise<StagedFile[] | undefined> {
  const staging = exportStaging(services.store, plan.id);
  if (plan.exports.length === 0) return [];
  if (!(await isExportable(services, staging, plan))) return undefined;
  // All are started before one is waited for.
  const started = await Promise.all(plan.exports.map((what) => start(services, staging, plan, what)));
  const ended = [];
  for (const [order, what] of plan.exports.entries()) {
    const state = await exportState(services.dynamodb, String(started[order]?.arn));
    if (state.status === 'done') ended.push({ facts: state.facts, what, order });
  }
  // Their manifests are read once, when all have ended.
  if (ended.length < plan.exports.length) return undefined;
  const { arn: tableArn, tableId } = plan.table;
  const files: StagedFile[] = [];
  for (const { facts, ...asked } of ended) {
    const expected = { tableArn, tableId, prefix: prefixOf(services, staging, asked.what), ...asked };
    files.push(...(await readExportManifest(services.store, keyIn(services), facts, expected)));
  }
  return files;
}

/** True once the end of the last export lies in what can be exported; what was started was so before. */
async function isExportable(
  services: Services,
  staging: Staging,
  { table, exports }: BackupPlan,
): Promise<boolean> {
  const last = exports.at(-1);
  if (last !== undefined && (await staging.find<Started>(noteOf(last))) !== undefined) return true;
  const { latest } = await services.recovery.describe(table.name);
  if (latest === undefined) {
    throw new TidemarkError(
      'ContinuousBackupsUnavailable',
      `Point-in-time recovery of ${table.name} was switched off. Switch it on, then request the backup again.`,
    );
  }
  return exports.every((what) => latest >= endOf(what));
}

/**
 * What one execution has started the next one goes on with: the note of it stands in a folder of the backup, and its token is
 * of backup and range, so that no range is exported, and billed, twice. A base instead of the changes since a parent is
 * another range. A token that is used again with another bucket, prefix or key (the configuration was changed after a crash
 * between the call and its note) is refused, and the backup fails by that.
 */
function start(
  services: Services,
  staging: Staging,
  { id, table }: BackupPlan,
  what: ExportRange,
): Promise<Started> {
  return staging.publishOnce<Started>(noteOf(what), async () => ({
    arn: await startExport(services.dynamodb, {
      tableArn: table.arn,
      clientToken: `tidemark-${id}-${rangeName(what)}`,
      place: { ...services.bucketPlace, prefix: prefixOf(services, staging, what) },
      what,
    }),
  }));
}

function noteOf(what: ExportRange): string {
  return `${rangeName(what)}.json`;
}

/** In epoch seconds; exports know whole ones only. */
function rangeName(what: ExportRange): string {
  const times = 'time' in what ? [what.time] : [what.from, what.to];
  return times.map((time) => time / 1000).join('-');
}

/** From the bucket's root; of its own for each export, so that nothing else lies below it. */
function prefixOf({ bucketPlace: { prefix } }: Services, staging: Staging, what: ExportRange): string {
  return bucketKey(prefix, staging.key(rangeName(what)));
}

function keyIn({ bucketPlace: { prefix } }: Services): (key: string) => string {
  return (key) => (prefix === '' ? key : key.slice(prefix.length + 1));
}
