import type {
  ContinuousBackups,
  PointInTimeRecovery,
  PointInTimeRestore,
  RecoverySpecification,
  StartedRestore,
} from '../lambda/continuous/continuous-backups.ts';
import { markerOf } from '../lambda/catalog/backup-arn.ts';
import { createBackup } from '../lambda/operations/create-backup.ts';
import { checkTarget, startRestore } from '../lambda/operations/restore-table.ts';
import { targetDescription } from '../lambda/restore/target-description.ts';
import { isError, TidemarkError } from '../lambda/runtime/errors.ts';
import type { Services } from '../lambda/runtime/services.ts';
import { describeTable, type Table } from '../lambda/sources/table.ts';
import { oldestParentMs } from '../lambda/workflow/begin.ts';
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
 * it when it is switched on and, by `keep`, every 8 hours.
 */
export class EmbeddedContinuousBackups implements ContinuousBackups {
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
    const present = this.#settings.get(tableId);
    if (!enabled) {
      if (present !== undefined) await this.#settings.set(tableId, undefined);
    } else {
      const setting = present ?? (await this.#enabled(name));
      await this.#settings.set(tableId, {
        ...setting,
        recoveryPeriodInDays: recoveryPeriodInDays ?? setting.recoveryPeriodInDays,
      });
    }
    return this.#recovery(table);
  }

  async restore(request: PointInTimeRestore): Promise<StartedRestore> {
    const { table: name, target, overrides, requestedBy } = request;
    const table = await describeTable(this.#services.dynamodb, name);
    const time = restoreTime(name, await this.#recovery(table), request.time);
    const description = targetDescription(table.description, overrides);
    await checkTarget(this.#services, target);
    const backup = await this.#backup(name, time, requestedBy);
    const restore = await this.#services.catalog.restores.createForPointInTime({
      backup,
      target,
      description,
      ...(requestedBy !== undefined && { requestedBy }),
    });
    await startRestore(this.#services, restore);
    return { restore };
  }

  /** Takes the snapshots that are due, and forgets tables that are gone. */
  async keep(): Promise<void> {
    for (const [tableId, setting] of this.#settings.all()) {
      if (this.#services.clock.now() - setting.keptAt < backupEveryMs) continue;
      try {
        const { identity } = await describeTable(this.#services.dynamodb, setting.table);
        const same = identity.tableId === tableId;
        const kept = same && { ...setting, keptAt: (await this.#backup(setting.table)).marker };
        await this.#settings.set(tableId, kept || undefined);
      } catch (error) {
        if (!isError(error, 'TableNotFound')) throw error;
        await this.#settings.set(tableId, undefined);
      }
    }
  }

  async #enabled(table: string): Promise<RecoverySetting> {
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

  async #recovery({ identity }: Table): Promise<PointInTimeRecovery> {
    const setting = this.#settings.get(identity.tableId);
    if (setting === undefined) return { enabled: false };
    const now = this.#services.clock.now();
    const { recoveryPeriodInDays, enabledAt } = setting;
    const oldest = Math.max(enabledAt, now - recoveryPeriodInDays * dayMs);
    const earliest = (await this.#firstSnapshotSince(identity, oldest)) ?? setting.keptAt;
    // The last second that is over: more changes may come in the present one.
    const latest = Math.max(earliest, Math.floor(now / 1000) * 1000 - 1000);
    return { enabled: true, recoveryPeriodInDays, earliest, latest };
  }

  /** The marker of the first snapshot since `time` that the stream can still continue. */
  async #firstSnapshotSince({ name, tableId }: Table['identity'], time: number): Promise<number | undefined> {
    const { catalog, clock } = this.#services;
    const { snapshots } = await catalog.snapshots.census(name);
    const usable = Math.max(time, clock.now() - oldestParentMs);
    return snapshots
      .filter((snapshot) => snapshot.alive && snapshot.tableId === tableId && snapshot.asOf === undefined)
      .map((snapshot) => markerOf(snapshot.id))
      .find((marker) => marker >= usable);
  }
}

/** The time to restore, epoch ms. Throws `PointInTimeRecoveryUnavailable` and `InvalidRestoreTime`. */
function restoreTime(table: string, recovery: PointInTimeRecovery, asked: number | undefined): number {
  const { enabled, earliest = 0, latest = 0 } = recovery;
  if (!enabled) {
    throw new TidemarkError(
      'PointInTimeRecoveryUnavailable',
      `Point in time recovery is not enabled for table '${table}'`,
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
