import { createEntriesWriter, readEntries } from '../../json-file.ts';

/** The settings of a table whose point-in-time recovery is on. */
export interface RecoverySetting {
  readonly table: string;
  readonly recoveryPeriodInDays: number;
  /** The marker of the first snapshot that was requested for it. Epoch ms. */
  readonly enabledAt: number;
  /** The marker of the latest snapshot that was requested for it. Epoch ms. */
  readonly keptAt: number;
}

/** The settings by TableId, in a file that always holds either all old settings or all new ones. */
export class RecoverySettings {
  readonly #settings: Map<string, RecoverySetting>;
  readonly #write: () => Promise<void>;

  private constructor(file: string, settings: Map<string, RecoverySetting>) {
    this.#settings = settings;
    this.#write = createEntriesWriter(file, settings);
  }

  static async open(file: string): Promise<RecoverySettings> {
    return new RecoverySettings(file, await readEntries<RecoverySetting>(file));
  }

  get(tableId: string): RecoverySetting | undefined {
    return this.#settings.get(tableId);
  }

  all(): ReadonlyMap<string, RecoverySetting> {
    return new Map(this.#settings);
  }

  /**
   * Replaces the current setting by the result of `change`; undefined means no setting. It reads the current setting now,
   * so a change that was made while the caller waited is not undone. Resolves when the file is written.
   */
  change(
    tableId: string,
    change: (present: RecoverySetting | undefined) => RecoverySetting | undefined,
  ): Promise<void> {
    const setting = change(this.#settings.get(tableId));
    if (setting === undefined) this.#settings.delete(tableId);
    else this.#settings.set(tableId, setting);
    return this.#write();
  }
}
