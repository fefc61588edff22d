import type { Situation } from '../source.ts';

/** The settings of a table, without its items. They are on the backup's record. */
export interface SettingsOrigin {
  readonly source: 'settings';
  /** The time of the settings, epoch ms. */
  readonly time: number;
}

/** Plans to read no item. */
export function planSettings({ marker }: Situation): SettingsOrigin {
  return { source: 'settings', time: marker };
}
