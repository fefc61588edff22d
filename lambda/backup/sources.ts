import type { Source } from '../model/records.ts';
import type { ExportOrigin } from '../sources/export/choose.ts';
import { exportSource } from '../sources/export/export.ts';
import type { ScanOrigin } from '../sources/scan/choose.ts';
import { scanSource } from '../sources/scan/scan.ts';
import type { SettingsOrigin } from '../sources/settings/choose.ts';
import { settingsSource } from '../sources/settings/settings.ts';
import type { SourceModule } from '../sources/source.ts';
import type { StreamOrigin } from '../sources/stream/choose.ts';
import { streamSource } from '../sources/stream/stream.ts';

/**
 * The origin of a backup: its source, with the facts that it needs. A new source is added here
 * (docs/walks/add-a-source.md).
 */
export interface Origins {
  readonly stream: StreamOrigin;
  readonly export: ExportOrigin;
  readonly scan: ScanOrigin;
  readonly settings: SettingsOrigin;
}

export type Origin = Origins[Source];

/** All sources, in the order in which a backup asks them. */
export const sources: { readonly [S in Source]: SourceModule<Origins[S]> } = {
  stream: streamSource,
  export: exportSource,
  scan: scanSource,
  settings: settingsSource,
};

/** The source of an origin. */
export function sourceOf<S extends Source>(
  origin: Origins[S] & { readonly source: S },
): SourceModule<Origins[S]> {
  return sources[origin.source];
}
