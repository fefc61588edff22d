import type {
  ContinuousBackups,
  PointInTimeRecovery,
  PointInTimeRestore,
  RecoverySpecification,
  StartedRestore,
} from '../../lambda/native/recovery.ts';
import { markerOf } from '../../lambda/model/ids.ts';
import { createBackup } from '../../lambda/operations/create-backup.ts';
import { checkTarget, startOnce, startRestore } from '../../lambda/operations/restore-request.ts';
import { listRepairedIndexes } from '../../lambda/restore/repair-source.ts';
import { checkIndexKeys } from '../../lambda/restore/target-indexes.ts';
import { planTarget } from '../../lambda/restore/target-description.ts';
import { isError, reasonOf, TidemarkError } from '../../lambda/runtime/errors.ts';
import type { Services } from '../../lambda/services/services.ts';
import { describeTable, enableStream, type Table } from '../../lambda/tables/table.ts';
import { oldestParentMs } from '../../lambda/sources/limits.ts';
import { filterInReach } from '../../lambda/backup/stream-reach.ts';
import type { RecoverySetting, RecoverySettings } from './recovery-settings.ts';

/** DynamoDB's own default. */
const defaultPeriodDays = 35;

const dayMs = 24 * 60 * 60 * 1000;

/** A snapshot serves the times that follow it for a day, while the stream holds their changes. */
const backupLifeMs = dayMs;

/** So often another snapshot is made, so that some day's is always there. */
const backupEveryMs = 8 * 60 * 60 * 1000;

const backupName = 'tidemark-point-in-time';

/**
 * Point-in-time recovery where DynamoDB has none of its own: a time is restored from the latest snapshot before it and
 * the changes that the stream tells of since, so it reaches back a day at most, and to the second. Snapshots are taken for
 * it when it is switched on and, by `keep`, every 8 hours, or at once if the latest one is of no use: it failed, or the
 * stream was replaced.
 */
export class EmbeddedRecovery implements ContinuousBackups {
  readonly #services: Services;
  readonly #settings: RecoverySettings;

  constructor(services: Services, settings: RecoverySettings) {
    this.#services = services;
    this.#settings = settings;
  }

  async describe(name: string): Promise<PointInTimeRecovery> {
    return this.#recovery(await describeTable(this.#services.dynamodb, name));
  }

  async update(
    name: string,
    { enabled, recoveryPeriodInDays }: RecoverySpecification,
  ): Promise<PointInTimeRecovery> {
    const table = await describeTable(this.#services.dynamodb, name);
    const { tableId } = table.identity;
    if (!enabled) {
      await this.#settings.change(tableId, () => undefined);
    } else {
      const begun = this.#settings.get(tableId) ?? (await this.#enabled(table));
      await this.#settings.change(tableId, (present = begun) => ({
        ...present,
        recoveryPeriodInDays: recoveryPeriodInDays ?? present.recoveryPeriodInDays,
      }));
    }
    // As it is now: the stream may have been switched on.
    return this.describe(name);
  }

  restore(request: PointInTimeRestore): Promise<StartedRestore> {
    return startOnce(this.#services, request, () => this.#restore(request));
  }

  async #restore(request: PointInTimeRestore): Promise<StartedRestore> {
    const { table: name, target, overrides, requestedBy, requestKey } = request;
    const table = await describeTable(this.#services.dynamodb, name);
    const time = restoreTime(name, await this.#recovery(table), request.time);
    const description = planTarget(table.description, overrides);
    checkIndexKeys(description, this.#services.config);
    await checkTarget(this.#services, target);
    const backup = await this.#backup(name, time, requestedBy);
    const restore = await this.#services.catalog.restores.createForPointInTime({
      backup,
      target,
      description,
      repairedIndexes: listRepairedIndexes(table.description, overrides),
      ...(requestedBy !== undefined && { requestedBy }),
      ...(requestKey !== undefined && { requestKey }),
    });
    await startRestore(this.#services, restore);
    return { restore };
  }

  /** Takes the snapshots that are due, and forgets tables that are gone. One table's trouble does not stop it. */
  async keep(): Promise<void> {
    for (const [tableId, { table }] of this.#settings.all()) {
      try {
        await this.#keepTable(tableId, table);
      } catch (error) {
        this.#services.log.error('no snapshot for point-in-time recovery', {
          table,
          reason: reasonOf(error),
        });
      }
    }
  }

  async #keepTable(tableId: string, name: string): Promise<void> {
    const table = await this.#find(name);
    if (table?.identity.tableId !== tableId) return this.#settings.change(tableId, () => undefined);
    if (!(await this.#isDue(table))) return;
    const { marker } = await this.#backup(name);
    await this.#settings.change(
      tableId,
      (present) => present && { ...present, keptAt: Math.max(present.keptAt, marker) },
    );
  }

  async #find(name: string): Promise<Table | undefined> {
    try {
      return await describeTable(this.#services.dynamodb, name);
    } catch (error) {
      if (isError(error, 'TableNotFound')) return undefined;
      throw error;
    }
  }

  /** The latest snapshot is too old, or of no use. */
  async #isDue(table: Table): Promise<boolean> {
    const setting = this.#settings.get(table.identity.tableId);
    if (setting === undefined) return false;
    const { keptAt } = setting;
    if (this.#services.clock.now() - keptAt >= backupEveryMs) return true;
    const { ready, coming } = await this.#snapshots(table);
    return !ready.includes(keptAt) && !coming.includes(keptAt);
  }

  /** Recovery needs the stream from the beginning, and so do exports: they are no other backup's to wait for. */
  async #enabled({ identity: { name: table }, description, status }: Table): Promise<RecoverySetting> {
    const { config, dynamodb } = this.#services;
    const hasNone = description.stream?.StreamEnabled !== true && status === 'ACTIVE';
    if (hasNone && config.missingStream === 'enable') await enableStream(dynamodb, table);
    const { marker } = await this.#backup(table);
    return { table, recoveryPeriodInDays: defaultPeriodDays, enabledAt: marker, keptAt: marker };
  }

  #backup(table: string, asOf?: number, requestedBy?: string) {
    return createBackup(this.#services, {
      table,
      name: backupName,
      internal: true,
      expiresAt: this.#services.clock.now() + backupLifeMs,
      ...(asOf !== undefined && { asOf }),
      ...(requestedBy !== undefined && { requestedBy }),
    });
  }

  /** Without times while there is no snapshot to restore from. */
  async #recovery(table: Table): Promise<PointInTimeRecovery> {
    const setting = this.#settings.get(table.identity.tableId);
    if (setting === undefined) return { enabled: false };
    const now = this.#services.clock.now();
    const { recoveryPeriodInDays, enabledAt, keptAt } = setting;
    const oldest = Math.max(enabledAt, now - recoveryPeriodInDays * dayMs, now - oldestParentMs);
    const { ready, coming } = await this.#snapshots(table);
    const earliest = ready.find((marker) => marker >= oldest) ?? coming.find((marker) => marker === keptAt);
    if (earliest === undefined) return { enabled: true, recoveryPeriodInDays };
    // The last second that is over: more changes may come in the present one.
    const latest = Math.max(earliest, Math.floor(now / 1000) * 1000 - 1000);
    return { enabled: true, recoveryPeriodInDays, earliest, latest };
  }

  /** The markers of the table's snapshots that its present stream continues, and of those that are being made. */
  async #snapshots({ identity, streamArn }: Table): Promise<{ ready: number[]; coming: number[] }> {
    const { backups, snapshots } = await this.#services.catalog.snapshots.takeCensus(identity.name);
    const ours = snapshots.filter(
      ({ alive, asOf, tableId }) => alive && asOf === undefined && tableId === identity.tableId,
    );
    const ready = await filterInReach(this.#services, streamArn, ours);
    const coming = [...backups].filter(
      ([, { status, tableId }]) => status === 'CREATING' && tableId === identity.tableId,
    );
    return {
      ready: ready.map(({ id }) => markerOf(id)),
      coming: coming.map(([id]) => markerOf(id)),
    };
  }
}

/** The time to restore, epoch ms. Throws `PointInTimeRecoveryUnavailable` and `InvalidRestoreTime`. */
function restoreTime(table: string, recovery: PointInTimeRecovery, asked: number | undefined): number {
  const { enabled, earliest, latest } = recovery;
  if (!enabled) {
    throw new TidemarkError(
      'PointInTimeRecoveryUnavailable',
      `Point in time recovery is not enabled for table '${table}'`,
    );
  }
  if (earliest === undefined || latest === undefined) {
    throw new TidemarkError(
      'InvalidRestoreTime',
      `No time can be restored: there is no snapshot of table '${table}' that its stream continues. ` +
        'Another one is tried every minute',
    );
  }
  const time = asked ?? latest;
  if (time >= earliest && time <= latest) return time;
  const [wanted, from, to] = [time, earliest, latest].map(written);
  throw new TidemarkError(
    'InvalidRestoreTime',
    `RestoreDateTime '${wanted}' must be within EarliestRestorableDateTime '${from}' and LatestRestorableDateTime '${to}'`,
  );
}

/** A time that no calendar knows is shown as the number that was sent. */
function written(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time / 1000) : date.toISOString();
}
