import { expect, test } from 'vitest';
import { useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();

/** The table after one write, and when the write began and ended, in epoch ms. */
interface Step {
  readonly begun: number;
  readonly ended: number;
  readonly content: string;
}

/** Writes to a table without a pause, and records its content after each write. */
class Writing {
  readonly steps: Step[] = [{ begun: 0, ended: 0, content: '[]' }];
  readonly #state = new Map<string, string>();
  readonly #table: string;
  readonly #over = new AbortController();
  readonly #ended: Promise<void>;

  constructor(table: string) {
    this.#table = table;
    this.#ended = this.#run();
  }

  end(): Promise<void> {
    this.#over.abort();
    return this.#ended;
  }

  async #run(): Promise<void> {
    for (let i = 0; !this.#over.signal.aborted; i++) {
      const begun = wire.clock.now();
      await this.#write(i);
      const content = JSON.stringify([...this.#state].map(([id, note]) => `${id}=${note}`).sort());
      this.steps.push({ begun, ended: wire.clock.now(), content });
    }
  }

  async #write(i: number): Promise<void> {
    const id = `key-${i % 17}`;
    if (i % 5 === 4) {
      await wire.ok('DeleteItem', { TableName: this.#table, Key: { id: { S: id } } });
      this.#state.delete(id);
    } else {
      await wire.ok('PutItem', { TableName: this.#table, Item: { id: { S: id }, note: { S: String(i) } } });
      this.#state.set(id, String(i));
    }
  }
}

test.each([
  ['the first', 0],
  ['a later', 1],
])(
  '%s backup during writes contains every write acknowledged before its request, and none that began a second or more after it',
  async (_, before) => {
    const table = await wire.createTable(`prefix-${before}`);
    for (let i = 0; i < before; i++) await wire.backUp(table);
    const writing = new Writing(table);
    const backups: { arn: string; requestedAt: number }[] = [];
    for (let i = 0; i < 6; i++) {
      const requestedAt = wire.clock.now();
      backups.push({ arn: await wire.createBackup(table), requestedAt });
      // The test requests some backups while others are being created, and some after that.
      if (i % 3 === 2) await wire.waitUntilAvailable(String(backups.at(-1)?.arn));
    }
    await writing.end();
    const { steps } = writing;
    for (const [i, { arn, requestedAt }] of backups.entries()) {
      const marker = 1000 * Number((await wire.waitUntilAvailable(arn))['BackupCreationDateTime']);
      const content = JSON.stringify(await wire.readContent(await wire.restoreTable(arn, `${table}-${i}`)));
      const acknowledged = steps.findLastIndex((step) => step.ended < requestedAt);
      const possible = steps.slice(acknowledged);
      expect(possible.map((step) => step.content)).toContain(content);
      // The first step with this content counts: the deletion of an absent item repeats the content.
      const last = possible.find((step) => step.content === content);
      expect(last?.begun).toBeLessThan(marker + 1000);
    }
  },
);
