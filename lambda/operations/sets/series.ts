import type { SeriesSettings } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { RequestServices } from '../../services/operation-services.ts';

export interface DescribeSeriesInput {
  /** The name of the sets. */
  readonly name: string;
}

export interface UpdateSeriesInput extends DescribeSeriesInput {
  /** They replace all settings that the series has. */
  readonly settings: SeriesSettings;
}

/** Returns the settings of a series of sets: none if there was never a set of the name. */
export function describeSeries(
  { catalog }: Pick<RequestServices, 'catalog'>,
  { name }: DescribeSeriesInput,
): Promise<SeriesSettings> {
  return catalog.sets.getSettings(name);
}

/** Replaces the settings of a series of sets. Throws `SetNotFound` if there was never a set of the name. */
export async function updateSeries(
  { catalog }: Pick<RequestServices, 'catalog'>,
  { name, settings }: UpdateSeriesInput,
): Promise<void> {
  if (await catalog.sets.updateSettings(name, settings)) return;
  throw new TidemarkError('SetNotFound', `There is no backup set of the name ${name}`);
}
