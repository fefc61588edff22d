import type { BackupKey } from '../model/backup-arn.ts';
import type { RestoreWay, TableDescription } from '../model/records.ts';
import { prices } from '../estimate/prices.ts';
import { estimateImport, estimateWrites, type Size, type WayEstimate } from '../estimate/restore-estimate.ts';
import { chooseWay, type RestoreFacts } from '../restore/choose-way.ts';
import type { Config } from '../services/config.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { checkNotNative, checkRestorable, findBackup } from './find-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** The estimate of one way to restore, or the reason why that way is impossible. */
export type Way = { readonly way: RestoreWay } & (WayEstimate | { readonly impossible: string });

/**
 * The time and price of a restore in each way. The prices are those of `prices.region`, even if Tidemark runs in another
 * region.
 */
export interface RestoreEstimate extends Size {
  readonly ways: readonly Way[];
  /** The way that a restore takes here. */
  readonly choice: ReturnType<typeof chooseWay>;
  /** The way that a restore takes where the configuration leaves the choice. */
  readonly auto: ReturnType<typeof chooseWay>;
  readonly prices: Pick<typeof prices, 'region' | 'asOf'>;
}

/**
 * Estimates a restore from the backup's record alone, without reading the store. Throws `BackupNotFound`,
 * `BackupNotAvailable`, and `Validation` for one of DynamoDB's own backups.
 */
export async function estimateRestore(
  services: Pick<RequestServices, 'catalog' | 'config' | 'native'>,
  key: BackupKey,
): Promise<RestoreEstimate> {
  const backup = await findBackup(services, key);
  checkNotNative(backup, noEstimate);
  checkRestorable(backup);
  const { figures, description } = backup;
  return computeEstimate(figures, description, services.config);
}

/** The end of a message about a backup that DynamoDB restores. */
export const noEstimate = 'Tidemark cannot estimate its restore';

/** Estimates the restore of a backup with these figures to the table `target`. */
export function computeEstimate(
  figures: Size | undefined,
  target: TableDescription,
  { restoreBy }: Pick<Config, 'restoreBy'>,
): RestoreEstimate {
  if (figures === undefined) throw new TidemarkError('Internal', 'the backup has no figures');
  const { items, bytes } = figures;
  const localIndexes = target.localSecondaryIndexes.length;
  const choose = (by: RestoreFacts['restoreBy']) => chooseWay({ restoreBy: by, items, bytes, localIndexes });
  // Where an import is impossible, a restore writes the items, even if imports are configured.
  const { way, why } = choose('import');
  const byImport = way === 'import' ? estimateImport(figures, target) : { impossible: why };
  return {
    items,
    bytes,
    ways: [
      { way: 'import', ...byImport },
      { way: 'writes', ...estimateWrites(figures, target) },
    ],
    choice: choose(restoreBy),
    auto: choose('auto'),
    prices: { region: prices.region, asOf: prices.asOf },
  };
}
