import { afterEach, beforeEach } from 'vitest';
import { type TestDatabase, useDatabase } from './database.ts';
import { createFilledTable } from './fixture.ts';
import { type Harness, type HarnessOptions, startHarness } from './harness.ts';

/** The database, the Tidemark and the table of a file's tests. Read its members while a hook or a test runs. */
export interface Embedded {
  /** The database of the file. */
  readonly database: TestDatabase;
  /** A Tidemark over the database, another one for each test. */
  readonly harness: Harness;
  /** The name of a table in the database, another one for each test. */
  readonly table: string;
  /** Replaces the harness for this test by another one. */
  replaceHarness(options: HarnessOptions): Promise<void>;
  /** Replaces the table for this test by another one with this many items. */
  replaceTable(items: number): Promise<void>;
}

export interface EmbeddedOptions extends HarnessOptions {
  /** The number of items in the table. @default 20 */
  readonly items?: number;
}

/** Registers the hooks that start and close the world of the calling file's tests. */
export function useTidemark({ items = 20, ...options }: EmbeddedOptions = {}): Embedded {
  const database = useDatabase();
  let harness: Harness;
  let table: string;
  beforeEach(async () => {
    harness = await startHarness(database, options);
    table = await createFilledTable(database, items);
  });
  afterEach(() => harness.close());
  return {
    database,
    get harness() {
      return harness;
    },
    get table() {
      return table;
    },
    async replaceHarness(other) {
      await harness.close();
      harness = await startHarness(database, other);
    },
    async replaceTable(count) {
      table = await createFilledTable(database, count);
    },
  };
}
