import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';

const hourMs = 60 * 60 * 1000;

/** Point-in-time recovery of each table: on for an hour already, if nothing else is said. */
export class TableRecovery {
  /** Epoch ms of switching on, by table; undefined: off. */
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
    // The last second that is over.
    return {
      enabled: true,
      earliest,
      latest: Math.max(earliest, Math.floor(Date.now() / 1000) * 1000 - 1000),
    };
  }
}
