import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { BackupId } from '../../lambda/model/ids.ts';
import type { Clock } from '../../lambda/runtime/clock.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import { attributes, createTable, nthKey, type SdkItem, type Shape } from './tables.ts';
import { Writer } from './writer.ts';

/** A source that a script names; every other backup chooses by itself. */
type NamedSource = 'export' | 'scan';

type Write = {
  readonly do: 'write';
  readonly writer: 0 | 1;
  readonly n: number;
  readonly item: SdkItem | undefined;
};

type Action =
  | Write
  | { readonly do: 'backup'; readonly source?: NamedSource }
  | { readonly do: 'delete'; readonly which: number }
  /** Waits until no backup is under way. */
  | { readonly do: 'settle' }
  /** Waits until the next whole second begins, because the times of exports are whole seconds. */
  | { readonly do: 'second' };

/** What owners of a table do to it, and to its backups. */
export interface Script {
  readonly actions: readonly Action[];
  /** Writes that happen while the last backups are made. */
  readonly during: readonly Write[];
}

/** A backup as the Tidemark under test describes it. */
export interface MadeBackup {
  readonly id: BackupId;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly marker: number;
  readonly source?: string | undefined;
  readonly parent?: string | undefined;
}

/** The Tidemark that a script is run against: in this process, or deployed. */
export interface TidemarkUnderTest {
  /** Where the tables are. */
  readonly dynamodb: DynamoDBClient;
  readonly clock: Clock;
  /** Makes a table's name that no other test has. */
  nameTable(): string;
  /** Requests a backup of the table, and returns its id. */
  requestBackup(table: string, source?: NamedSource): Promise<BackupId>;
  deleteBackup(table: string, id: BackupId): Promise<void>;
  /** Waits until every backup of the table has ended. */
  settle(table: string): Promise<void>;
  /** Waits until the next whole second begins. */
  beginSecond(): void | Promise<void>;
  /** Lists the backups of the table, oldest first, failed ones too. */
  listBackups(table: string): Promise<readonly MadeBackup[]>;
  /** Restores the backup, and returns what the new table holds: the normal form of each item by that of its key. */
  restore(table: string, id: BackupId): Promise<Map<string, string>>;
}

const write: fc.Arbitrary<Write> = fc.record({
  do: fc.constant('write' as const),
  writer: fc.constantFrom<0 | 1>(0, 1),
  n: fc.integer({ min: 0, max: 14 }),
  item: fc.option(attributes, { nil: undefined, freq: 4 }),
});

const backup = fc.constant({ do: 'backup' } as const);
const settle = fc.constant({ do: 'settle' } as const);
const deletion = fc.record({ do: fc.constant('delete' as const), which: fc.nat(10) });
const second = fc.constant({ do: 'second' } as const);
const backupBy = (source: NamedSource) => fc.constant({ do: 'backup', source } as const);

interface Length {
  readonly minLength: number;
  readonly maxLength: number;
}

/** Scripts of writes, backups and deletions. `more` are other actions, each as likely as deletions. */
export function scripts(
  lengths: { readonly actions: Length; readonly during: Length },
  weights: { readonly backup: number; readonly more?: readonly ('second' | NamedSource)[] },
): fc.Arbitrary<Script> {
  const more = (weights.more ?? []).map((each) =>
    each === 'second' ? { weight: 2, arbitrary: second } : { weight: 1, arbitrary: backupBy(each) },
  );
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 20, arbitrary: write },
    { weight: weights.backup, arbitrary: backup },
    { weight: 1, arbitrary: deletion },
    { weight: 1, arbitrary: settle },
    ...more,
  );
  return fc.record({
    actions: fc.array(action, { ...lengths.actions, size: 'max' }),
    during: fc.array(write, lengths.during),
  });
}

/**
 * Runs the script on a new table, restores every backup that is not deleted, and compares it with what the writers wrote.
 * Returns the backups, oldest first.
 */
export async function runScript(
  tidemark: TidemarkUnderTest,
  shape: Shape,
  { actions, during }: Script,
): Promise<readonly MadeBackup[]> {
  const table = tidemark.nameTable();
  await createTable(tidemark.dynamodb, table, shape);
  const writers = [new Writer(tidemark, table), new Writer(tidemark, table)] as const;
  const apply = ({ writer, n, item }: Write) =>
    writers[writer].write({ key: nthKey(shape, 2 * n + writer), item });
  const requested: BackupId[] = [];
  for (const action of actions) {
    if (action.do === 'write') await apply(action);
    else if (action.do === 'settle') await tidemark.settle(table);
    else if (action.do === 'second') await tidemark.beginSecond();
    else if (action.do === 'backup') requested.push(await tidemark.requestBackup(table, action.source));
    else await deleteOne(tidemark, table, requested, action.which);
  }
  requested.push(await tidemark.requestBackup(table));
  for (const action of during) await apply(action);
  await tidemark.settle(table);

  const made = await tidemark.listBackups(table);
  expect(made.map(({ id, status, reason }) => [id, status, reason])).toEqual(
    requested.map((id) => [id, 'AVAILABLE', undefined]),
  );
  for (const { id, marker } of made) {
    const content = await tidemark.restore(table, id);
    expect([...content.keys()].filter((key) => !writers.some((writer) => writer.owns(key)))).toEqual([]);
    expect(writers.map((writer) => writer.explains(content, marker))).toEqual([true, true]);
  }
  return made;
}

async function deleteOne(
  tidemark: TidemarkUnderTest,
  table: string,
  requested: BackupId[],
  which: number,
): Promise<void> {
  if (requested.length === 0) return;
  await tidemark.settle(table);
  const [gone] = requested.splice(which % requested.length, 1);
  if (gone !== undefined) await tidemark.deleteBackup(table, gone);
}

/** Makes a name of a table that no other test has. */
export function uniqueTable(prefix: string): string {
  return `${prefix}${randomIds.hex(12)}`;
}
