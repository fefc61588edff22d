import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startDatabase, type TestDatabase } from './database.ts';
import { newTable } from './fixture.ts';
import { type Harness, type HarnessOptions, startHarness } from './harness.ts';

/** What a test file works on. Its members are there while a hook or a test runs, and are read then. */
export interface Embedded {
  /** One for all tests of the file. */
  readonly database: TestDatabase;
  /** A Tidemark over it, another one for each test. */
  readonly harness: Harness;
  /** The name of a table in it, another one for each test. */
  readonly table: string;
  /** Has another Tidemark take the harness's place in this test. */
  startAnew(options: HarnessOptions): Promise<void>;
  /** Replaces the table for this test by another one with this many items. */
  createAnew(items: number): Promise<void>;
}

export interface EmbeddedOptions extends HarnessOptions {
  /** How many items the table has. @default 20 */
  readonly items?: number;
}

/** Registers the hooks that start and close what the tests of the calling file work on. */
export function embedded({ items = 20, ...options }: EmbeddedOptions = {}): Embedded {
  let database: TestDatabase;
  let harness: Harness;
  let table: string;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    harness = await startHarness(database, options);
    table = await newTable(database, items);
  });
  afterEach(() => harness.close());
  return {
    get database() {
      return database;
    },
    get harness() {
      return harness;
    },
    get table() {
      return table;
    },
    async startAnew(other) {
      await harness.close();
      harness = await startHarness(database, other);
    },
    async createAnew(count) {
      table = await newTable(database, count);
    },
  };
}
