import { createEntriesWriter, readEntries } from '../json-file.ts';

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
    return this.#write();
  }
}
