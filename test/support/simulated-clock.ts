import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../lambda/runtime/clock.ts';

/**
 * Moves the times that the embedded database writes by the clock's offset, at the moment of writing: when a table
 * was created, when its stream was enabled, when an item was written. A stream's label is its time in seconds with nine
 * decimals. The last six decimals stay, so that labels never repeat.
 */
const moving = `
  CREATE TABLE IF NOT EXISTS test_clock (ahead_ms INTEGER NOT NULL);
  DELETE FROM test_clock;
  INSERT INTO test_clock VALUES (0);
  CREATE VIEW IF NOT EXISTS test_now (ms) AS
    SELECT CAST(round(unixepoch('now', 'subsec') * 1000) AS INTEGER) + ahead_ms FROM test_clock;
  CREATE TRIGGER IF NOT EXISTS test_table_created AFTER INSERT ON _tables
    BEGIN UPDATE _tables SET created_at = (SELECT ms / 1000 FROM test_now) WHERE table_name = NEW.table_name; END;
  CREATE TRIGGER IF NOT EXISTS test_stream_created AFTER UPDATE OF stream_label ON _tables
    WHEN NEW.stream_label IS NOT NULL AND NEW.stream_label IS NOT OLD.stream_label
    BEGIN
      UPDATE _tables SET stream_label =
        (SELECT printf('%d.%03d', ms / 1000, ms % 1000) FROM test_now)
        || substr(NEW.stream_label, instr(NEW.stream_label, '.') + 4)
      WHERE table_name = NEW.table_name;
    END;
  CREATE TRIGGER IF NOT EXISTS test_item_written AFTER INSERT ON _stream_records
    BEGIN UPDATE _stream_records SET created_at = (SELECT ms / 1000 FROM test_now) WHERE id = NEW.id; END;
`;

/** Sleeps that begin within this time end together. */
const turnMs = 5;

/** Returns a clock that is ahead of another by some milliseconds, or behind it if they are negative. */
export function shiftClock({ now, sleep }: Clock, milliseconds: number): Clock {
  return { now: () => now() + milliseconds, sleep };
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * A clock on which nobody waits: when somebody sleeps, it jumps to the time at which the first sleeper wakes. Otherwise it
 * runs like the system's clock, because the embedded database's does. The database that it drives writes the clock's times.
 */
export class SimulatedClock implements Clock {
  #aheadMs = 0;
  #database: DatabaseSync | undefined;
  #sleepers: readonly Sleeper[] = [];

  readonly now = (): number => Date.now() + this.#aheadMs;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      if (this.#sleepers.length === 0) setTimeout(() => this.#wakeFirst(), turnMs);
      this.#sleepers = [...this.#sleepers, { until: this.now() + milliseconds, wake }];
    });

  advance(milliseconds: number): void {
    this.advanceTo(this.now() + milliseconds);
  }

  /** Moves the clock to this time, epoch ms, unless it is later already. */
  advanceTo(time: number): void {
    const missing = Math.ceil(time - this.now());
    if (missing <= 0) return;
    this.#aheadMs += missing;
    this.#tellDatabase();
  }

  /** Makes the embedded database with this file use the clock, until `release`. */
  drive(file: string): void {
    this.#database = new DatabaseSync(file, { timeout: 10_000 });
    this.#database.exec(`PRAGMA synchronous = OFF; ${moving}`);
    this.#tellDatabase();
  }

  release(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  #wakeFirst(): void {
    this.advanceTo(Math.min(...this.#sleepers.map(({ until }) => until)));
    const now = this.now();
    const { awake = [], asleep = [] } = Object.groupBy(this.#sleepers, ({ until }) =>
      until <= now ? 'awake' : 'asleep',
    );
    this.#sleepers = asleep;
    if (asleep.length > 0) setTimeout(() => this.#wakeFirst(), turnMs);
    for (const { wake } of awake) wake();
  }

  #tellDatabase(): void {
    this.#database?.prepare('UPDATE test_clock SET ahead_ms = ?').run(this.#aheadMs);
  }
}
