import type { Clock } from '../../../lambda/runtime/clock.ts';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';

const hourMs = 60 * 60 * 1000;

/** The point-in-time recovery of each table: by default enabled since an hour ago. */
export class TableRecovery {
  readonly #clock: () => Clock;
  /** When recovery was enabled, in epoch ms, by table; undefined: it is disabled. */
  readonly #since = new Map<string, number | undefined>();

  constructor(clock: () => Clock) {
    this.#clock = clock;
  }

  switchOff(table: string): void {
    this.#since.set(table, undefined);
  }

  switchOn(table: string): void {
    this.#since.set(table, this.#clock().now());
  }

  isOn(table: string): boolean {
    return !this.#since.has(table) || this.#since.get(table) !== undefined;
  }

  describe(table: string): PointInTimeRecovery {
    if (!this.isOn(table)) return { enabled: false };
    const earliest = this.#since.get(table) ?? this.#clock().now() - hourMs;
    // The latest time is the end of the last full second.
    return {
      enabled: true,
      earliest,
      latest: Math.max(earliest, Math.floor(this.#clock().now() / 1000) * 1000 - 1000),
    };
  }
}
