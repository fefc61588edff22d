import type { BackupKey } from '../model/backup-arn.ts';
import type { RestoreWay, TableDescription } from '../model/records.ts';
import { prices } from '../estimate/prices.ts';
import { estimateImport, estimateWrites, type Size, type WayEstimate } from '../estimate/restore-estimate.ts';
import { chooseWay, type RestoreFacts } from '../restore/choose-way.ts';
import type { Config } from '../services/config.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { findBackup } from './describe-backup.ts';
import { checkOurs } from './our-backup.ts';
import { checkRestorable } from './restorable-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** A way that is possible, or why it is not. */
export type Way = { readonly way: RestoreWay } & (WayEstimate | { readonly impossible: string });

/** What a restore will take, both ways. Prices are those of `prices.region`, wherever it is asked. */
export interface RestoreEstimate extends Size {
  readonly ways: readonly Way[];
  /** The way that a restore takes here. */
  readonly choice: ReturnType<typeof chooseWay>;
  /** The way that serves better, if the configuration leaves the choice. */
  readonly auto: ReturnType<typeof chooseWay>;
  readonly prices: Pick<typeof prices, 'region' | 'asOf'>;
}

/**
 * Of the record alone: nothing is read from the store. Throws `BackupNotFound`, `BackupNotAvailable`, and `Validation` for
 * a backup of DynamoDB's own.
 */
export async function estimateRestore(
  services: Pick<RequestServices, 'catalog' | 'config'>,
  key: BackupKey,
): Promise<RestoreEstimate> {
  const backup = await findBackup(services, key);
  checkOurs(backup, noEstimate);
  checkRestorable(backup);
  const { figures, description } = backup;
  return restoreEstimate(figures, description, services.config);
}

/** Said of a backup that DynamoDB restores. */
export const noEstimate = 'what its restore takes is not known here';

/** `target`: what is to be made. */
export function restoreEstimate(
  figures: Size | undefined,
  target: TableDescription,
  { restoreBy }: Pick<Config, 'restoreBy'>,
): RestoreEstimate {
  if (figures === undefined) throw new TidemarkError('Internal', 'the backup has no figures');
  const { items, bytes } = figures;
  const localIndexes = target.localSecondaryIndexes.length;
  const choose = (by: RestoreFacts['restoreBy']) => chooseWay({ restoreBy: by, items, bytes, localIndexes });
  // What an import cannot do is written even where it is configured.
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
