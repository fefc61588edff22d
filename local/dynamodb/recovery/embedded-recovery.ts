import type {
  ContinuousBackups,
  PointInTimeRecovery,
  PointInTimeRestore,
  RecoverySpecification,
  StartedRestore,
} from '../../../lambda/native/recovery.ts';
import { checkTarget, startOnce, startRestore } from '../../../lambda/operations/restore-request.ts';
import { listRepairedIndexes } from '../../../lambda/restore/repair-source.ts';
import { planTarget } from '../../../lambda/restore/target-description.ts';
import { checkIndexKeys } from '../../../lambda/restore/target-indexes.ts';
import { isError, reasonOf } from '../../../lambda/runtime/errors.ts';
import type { Services } from '../../../lambda/services/services.ts';
import { oldestParentMs } from '../../../lambda/sources/limits.ts';
import { describeTable, enableStream, type Table } from '../../../lambda/tables/table.ts';
import type { RecoverySetting, RecoverySettings } from './recovery-settings.ts';
import { findSnapshots, requestSnapshot } from './recovery-snapshots.ts';
import { chooseRestoreTime } from './restore-time.ts';

/** DynamoDB's default. */
const defaultPeriodDays = 35;

const dayMs = 24 * 60 * 60 * 1000;

/** How often a snapshot is taken. A snapshot is usable for a day, so there is always one to restore from. */
const snapshotEveryMs = 8 * 60 * 60 * 1000;

/**
 * Point-in-time recovery for a database that has none. A time is restored from the latest snapshot before it and the
 * changes since then in the stream, so recovery reaches back at most a day, and is exact to the second:
 *
 *     snapshot ----------- changes in the stream -----------> time to restore ----> now
 *     (every 8 hours, by `keep`)
 *
 * The first snapshot is taken when recovery is enabled. `keep` takes the later ones, and another one at once if the
 * latest snapshot failed or the stream was replaced. What always holds: a time between `earliest` and `latest` is
 * restored to exactly the content at the end of its second.
 */
export class EmbeddedRecovery implements ContinuousBackups {
  readonly #services: Services;
  readonly #settings: RecoverySettings;

  constructor(services: Services, settings: RecoverySettings) {
    this.#services = services;
    this.#settings = settings;
  }

  async describe(name: string): Promise<PointInTimeRecovery> {
    return this.#describeTable(await describeTable(this.#services.dynamodb, name));
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
      const initial = this.#settings.get(tableId) ?? (await this.#begin(table));
      await this.#settings.change(tableId, (present = initial) => ({
        ...present,
        recoveryPeriodInDays: recoveryPeriodInDays ?? present.recoveryPeriodInDays,
      }));
    }
    // Describe the table again: its stream may have been enabled.
    return this.describe(name);
  }

  restore(request: PointInTimeRestore): Promise<StartedRestore> {
    return startOnce(this.#services, { ...request, source: request.table }, () => this.#restore(request));
  }

  async #restore(request: PointInTimeRestore): Promise<StartedRestore> {
    const { table: name, target, overrides, requestedBy, requestKey } = request;
    const table = await describeTable(this.#services.dynamodb, name);
    const asOf = chooseRestoreTime(name, await this.#describeTable(table), request.time);
    const description = planTarget(table.description, overrides);
    checkIndexKeys(description, this.#services.config);
    await checkTarget(this.#services, target);
    const requester = requestedBy === undefined ? {} : { requestedBy };
    const backup = await requestSnapshot(this.#services, name, { asOf, ...requester });
    const restore = await this.#services.catalog.restores.createForPointInTime({
      backup,
      target,
      description,
      repairedIndexes: listRepairedIndexes(table.description, overrides),
      verifyTarget: overrides.verifyTarget ?? this.#services.config.verifyTarget,
      ...requester,
      ...(requestKey !== undefined && { requestKey }),
    });
    await startRestore(this.#services, restore);
    return { restore };
  }

  /** Takes the snapshots that are due, and forgets tables that no longer exist. Logs a table's failure and continues. */
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
    const table = await this.#findTable(name);
    if (table?.identity.tableId !== tableId) return this.#settings.change(tableId, () => undefined);
    if (!(await this.#isSnapshotDue(table))) return;
    const { marker } = await requestSnapshot(this.#services, name);
    await this.#settings.change(
      tableId,
      (present) => present && { ...present, keptAt: Math.max(present.keptAt, marker) },
    );
  }

  async #findTable(name: string): Promise<Table | undefined> {
    try {
      return await describeTable(this.#services.dynamodb, name);
    } catch (error) {
      if (isError(error, 'TableNotFound')) return undefined;
      throw error;
    }
  }

  /** True if the latest snapshot is too old, failed, or precedes the table's stream. */
  async #isSnapshotDue(table: Table): Promise<boolean> {
    const setting = this.#settings.get(table.identity.tableId);
    if (setting === undefined) return false;
    const { keptAt } = setting;
    if (this.#services.clock.now() - keptAt >= snapshotEveryMs) return true;
    const { ready, coming } = await findSnapshots(this.#services, table);
    return !ready.includes(keptAt) && !coming.includes(keptAt);
  }

  /** Requests the first snapshot. Recovery and exports need the stream from then on, so it is enabled now. */
  async #begin({
    identity: { name: table },
    description,
    status,
    streamArn,
  }: Table): Promise<RecoverySetting> {
    const { config, dynamodb } = this.#services;
    const lacksStream = streamArn === undefined && description.stream?.StreamEnabled !== true;
    const canEnable = lacksStream && status === 'ACTIVE';
    if (canEnable && config.missingStream === 'enable') await enableStream(dynamodb, table);
    const { marker } = await requestSnapshot(this.#services, table);
    return { table, recoveryPeriodInDays: defaultPeriodDays, enabledAt: marker, keptAt: marker };
  }

  /** The description has no times while there is no snapshot to restore from. */
  async #describeTable(table: Table): Promise<PointInTimeRecovery> {
    const setting = this.#settings.get(table.identity.tableId);
    if (setting === undefined) return { enabled: false };
    const now = this.#services.clock.now();
    const { recoveryPeriodInDays, enabledAt, keptAt } = setting;
    const oldest = Math.max(enabledAt, now - recoveryPeriodInDays * dayMs, now - oldestParentMs);
    const { ready, coming } = await findSnapshots(this.#services, table);
    const earliest = ready.find((marker) => marker >= oldest) ?? coming.find((marker) => marker === keptAt);
    if (earliest === undefined) return { enabled: true, recoveryPeriodInDays };
    // The last complete second: more changes may come in the current second.
    const latest = Math.max(earliest, Math.floor(now / 1000) * 1000 - 1000);
    return { enabled: true, recoveryPeriodInDays, earliest, latest };
  }
}
