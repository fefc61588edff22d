import type { Screen } from '../../cli/demo/screen.ts';
import type { BackupId } from '../../lambda/model/records.ts';
import { reasonOf } from '../../lambda/runtime/errors.ts';
import type { Cases, Settings } from './cases.ts';
import { inChild, type Place, type Result } from './in-child.ts';
import { median } from './measure.ts';
import { openWorld, runFiles, snapshotOf } from './world.ts';
import { recompressionCpu } from './zstd.ts';

/** Measures cases one after the other; what fails is noted, and the rest goes on. */
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

  /** Makes the base, which all but the peer need. */
  async ingest(settings: Settings): Promise<Result<'ingest'> | undefined> {
    const result = await this.measure('ingest', 'Ingest a full export', settings);
    this.#base = result?.base;
    await this.#recompress();
    return result;
  }

  /** A case's result, or undefined if it failed. It works on the base unless the settings name a snapshot. */
  async measure<N extends keyof Cases>(
    name: N,
    title: string,
    settings: Settings,
  ): Promise<Result<N> | undefined> {
    const withBase = this.#base === undefined ? settings : { snapshot: this.#base, ...settings };
    try {
      return await this.#screen.step(title, async () => {
        const { result } = await inChild(name, this.#place, withBase);
        await this.#recompress();
        return result;
      });
    } catch (error) {
      this.failed(title, error);
      return undefined;
    }
  }

  /** Notes that something could not be measured; there are no figures of it. */
  failed(title: string, error: unknown): [] {
    this.failures.push(`${title}: ${reasonOf(error)}`);
    return [];
  }

  /** L in CPU seconds. */
  recompression(): number {
    return median(this.#recompressions);
  }

  /** L is measured between the cases, so that a machine that is busy for a while is so for both. */
  async #recompress(): Promise<void> {
    if (this.#base === undefined) return;
    const world = await openWorld(this.#place.data, this.#place.folder);
    const files = runFiles(world, await snapshotOf(world, this.#base));
    this.#recompressions.push(await recompressionCpu(files));
  }
}
