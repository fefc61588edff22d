import { readFile, rename, writeFile } from 'node:fs/promises';

/** A table's point-in-time recovery, switched on. */
export interface RecoverySetting {
  readonly table: string;
  readonly recoveryPeriodInDays: number;
  /** Epoch ms: the marker of the backup that was made for it. */
  readonly enabledAt: number;
  /** Epoch ms: the marker of the latest backup that was made for it. */
  readonly keptAt: number;
}

/** The settings by TableId, in a file that holds the old ones or the new ones, never half. */
export class RecoverySettings {
  readonly #file: string;
  readonly #settings: Map<string, RecoverySetting>;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, settings: Map<string, RecoverySetting>) {
    this.#file = file;
    this.#settings = settings;
  }

  static async open(file: string): Promise<RecoverySettings> {
    try {
      const stored = JSON.parse(await readFile(file, 'utf8')) as Record<string, RecoverySetting>;
      return new RecoverySettings(file, new Map(Object.entries(stored)));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      return new RecoverySettings(file, new Map());
    }
  }

  get(tableId: string): RecoverySetting | undefined {
    return this.#settings.get(tableId);
  }

  all(): ReadonlyMap<string, RecoverySetting> {
    return new Map(this.#settings);
  }

  /**
   * Sets what `change` makes of the present setting, at once: what others changed while the caller waited is not undone.
   * Undefined stands for none, before and after. Resolves when it is in the file.
   */
  change(
    tableId: string,
    change: (present: RecoverySetting | undefined) => RecoverySetting | undefined,
  ): Promise<void> {
    const setting = change(this.#settings.get(tableId));
    if (setting === undefined) this.#settings.delete(tableId);
    else this.#settings.set(tableId, setting);
    const written = this.#writing.then(() => this.#write());
    // Said to whoever asked for it; the next one writes everything anew.
    this.#writing = written.catch(() => {});
    return written;
  }

  async #write(): Promise<void> {
    const text = JSON.stringify(Object.fromEntries(this.#settings), undefined, 2);
    await writeFile(`${this.#file}.new`, text);
    await rename(`${this.#file}.new`, this.#file);
  }
}
