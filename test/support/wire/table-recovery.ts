import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';

const hourMs = 60 * 60 * 1000;

/** The point-in-time recovery of each table: by default enabled since an hour ago. */
export class TableRecovery {
  /** When recovery was enabled, in epoch ms, by table; undefined: it is disabled. */
  readonly #since = new Map<string, number | undefined>();

  switchOff(table: string): void {
    this.#since.set(table, undefined);
  }

  switchOn(table: string): void {
    this.#since.set(table, Date.now());
  }

  isOn(table: string): boolean {
    return !this.#since.has(table) || this.#since.get(table) !== undefined;
  }

  describe(table: string): PointInTimeRecovery {
    if (!this.isOn(table)) return { enabled: false };
    const earliest = this.#since.get(table) ?? Date.now() - hourMs;
    // The latest time is the end of the last full second.
    return {
      enabled: true,
      earliest,
      latest: Math.max(earliest, Math.floor(Date.now() / 1000) * 1000 - 1000),
    };
  }
}
