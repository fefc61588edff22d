import type { Screen } from '../../cli/demo/screen.ts';
import { reasonOf } from '../../lambda/runtime/errors.ts';
import type { Cases, Settings } from './cases.ts';
import { measureInChild, type Place, type Result } from './in-child.ts';
import { median } from './measure.ts';
import { openWorld, runFilesOf, readSnapshotManifest } from './world.ts';
import { measureRecompression } from './zstd.ts';
import type { BackupId } from '../../lambda/model/ids.ts';

/** Measures cases one after another. Records a failure and continues with the next case. */
export class Suite {
  readonly failures: string[] = [];
  readonly #place: Place;
  readonly #screen: Screen;
  readonly #recompressions: number[] = [];
  #base: BackupId | undefined;

  constructor(place: Place, screen: Screen) {
    this.#place = place;
    this.#screen = screen;
  }

  /** Makes the base, which all cases except the peer need. */
  async ingest(settings: Settings): Promise<Result<'ingest'> | undefined> {
    const result = await this.measure('ingest', 'Ingest a full export', settings);
    this.#base = result?.base;
    await this.#recompress();
    return result;
  }

  /** Measures a case on the base, or on the snapshot in the settings. Returns undefined if it failed. */
  async measure<N extends keyof Cases>(
    name: N,
    title: string,
    settings: Settings,
  ): Promise<Result<N> | undefined> {
    const withBase = this.#base === undefined ? settings : { snapshot: this.#base, ...settings };
    try {
      return await this.#screen.step(title, async () => {
        const { result } = await measureInChild(name, this.#place, withBase);
        await this.#recompress();
        return result;
      });
    } catch (error) {
      this.recordFailure(title, error);
      return undefined;
    }
  }

  /** Records that a measurement failed. Returns no rows. */
  recordFailure(title: string, error: unknown): [] {
    this.failures.push(`${title}: ${reasonOf(error)}`);
    return [];
  }

  /** L in CPU seconds. */
  medianRecompression(): number {
    return median(this.#recompressions);
  }

  /** Measures L. It runs between the cases, so that a busy machine slows both alike. */
  async #recompress(): Promise<void> {
    if (this.#base === undefined) return;
    const world = await openWorld(this.#place.data, this.#place.folder);
    const files = runFilesOf(world, await readSnapshotManifest(world, this.#base));
    this.#recompressions.push(await measureRecompression(files));
  }
}
