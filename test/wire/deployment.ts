import { setTimeout } from 'node:timers/promises';
import type { DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { PointInTimeRecovery } from '../../lambda/continuous/continuous-backups.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { startServer } from '../../local/server.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts';
import type { Json } from './http.ts';
import { Wire } from './support.ts';

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

type Around = NonNullable<HarnessOptions['around']>;

/** What waits for a time to be restorable asks again after this time, or it would take a whole core. */
const paceMs = 150;

const paced = (around: Around = (_handler, _input, run) => run()): Around => {
  return async (handler, input, run) => {
    if (handler === 'begin') await setTimeout(paceMs);
    return around(handler, input, run);
  };
};

/** An endpoint whose exports are DynamoDB's, as a deployment has it, in this process and with shorter windows. */
export interface Deployment {
  readonly wire: Wire;
  readonly recovery: TableRecovery;
  readonly harness: () => Harness;
  readonly database: () => TestDatabase;
  /** The same tables and backups under other settings: another endpoint. */
  /** From here on Tidemark sees no stream of this table, while the embedded exports, which are made of it, do. */
  readonly hideStream: (table: string) => void;
  readonly reconfigured: (options: HarnessOptions) => Promise<Wire>;
}

/** For all tests of the file. It is as deployed by default: a base by export, missing recovery refused. */
export function deployment(options: HarnessOptions = {}): Deployment {
  const closing: (() => Promise<void>)[] = [];
  const recovery = new TableRecovery();
  const simulated = {
    enabled: true,
    since: 0,
    recovery: {
      describe: (table: string) => Promise.resolve(recovery.describe(table)),
      update: (table: string, { enabled }: { enabled: boolean }) => {
        if (!enabled) recovery.switchOff(table);
        else if (!recovery.isOn(table)) recovery.switchOn(table);
        return Promise.resolve(recovery.describe(table));
      },
    },
  };
  const streamless = new Set<string>();
  const hideStreams = ({ services }: Harness) => {
    services.dynamodb.middlewareStack.add(
      (next) => async (call) => {
        const answer = await next(call);
        const { Table } = answer.output as DescribeTableCommandOutput;
        if (!streamless.has(String(Table?.TableName))) return answer;
        const Streamless = { ...Table, StreamSpecification: undefined, LatestStreamArn: undefined };
        return { ...answer, output: { ...answer.output, Table: Streamless } };
      },
      { step: 'initialize', name: 'streamless' },
    );
  };
  let started: { database: TestDatabase; harness: Harness; url: string } | undefined;
  const running = () => {
    if (started === undefined) throw new Error('the deployment was not started');
    return started;
  };
  const settled = (more: HarnessOptions): HarnessOptions => ({
    ...options,
    ...more,
    exports: simulated,
    around: paced(more.around),
    config: {
      base: 'export',
      // Some windows for each increment.
      exportWindow: { shortestMs: 1000, longestMs: 2000 },
      ...options.config,
      ...more.config,
    },
  });
  const serve = async (database: TestDatabase, { operations }: Harness) => {
    const { protocol, hostname, port } = (await database.dynamodb.config.endpoint?.()) ?? {};
    const dynamodbEndpoint = `${protocol}//${hostname}:${port}`;
    const server = await startServer({ port: 0, dynamodbEndpoint, operations, log: silentLog });
    closing.unshift(() => server.close());
    return server.url;
  };
  beforeAll(async () => {
    const database = await startDatabase();
    closing.unshift(() => database.close());
    const harness = await startHarness(database, settled({}));
    closing.unshift(() => harness.close());
    hideStreams(harness);
    started = { database, harness, url: await serve(database, harness) };
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  return {
    wire: new Wire(() => running().url),
    recovery,
    harness: () => running().harness,
    database: () => running().database,
    hideStream: (table) => void streamless.add(table),
    async reconfigured(more) {
      const { harness, database } = running();
      const other = harness.restarted(settled(more));
      closing.unshift(() => {
        other.executions.stop();
        return Promise.resolve();
      });
      const url = await serve(database, other);
      return new Wire(() => url);
    },
  };
}

/** What Tidemark says of a backup that is there, besides what DynamoDB's API has a word for. */
async function tidemarkOf(wire: Wire, arn: string): Promise<Json> {
  // An export takes seconds here: to ask more often would only take time from it.
  const isMade = async () => (await wire.detailsOf(arn))['BackupStatus'] !== 'CREATING';
  await vi.waitUntil(isMade, { timeout: 60_000, interval: 100 });
  return (await wire.available(arn))['Tidemark'] as Json;
}

/** A backup by this source (or as Tidemark chooses) that is there. */
export async function backupBy(
  wire: Wire,
  TableName: string,
  options: Json = {},
): Promise<{ arn: string; id: string; made: Json }> {
  const asked = { TableName, BackupName: 'by-source', TidemarkOptions: options };
  const { BackupDetails } = await wire.ok('CreateBackup', asked);
  const arn = String((BackupDetails as Json)['BackupArn']);
  const made = await tidemarkOf(wire, arn);
  expectReasons(made);
  return { arn, id: arn.slice(arn.lastIndexOf('/') + 1), made };
}

/** A backup says why it is made as it is: what was passed over, and last what was taken. */
function expectReasons({ Source, Parent, Why }: Json): void {
  const since = `every change since ${String(Parent)}`;
  const increment = Source === 'STREAM' ? `the stream tells of ${since}` : `exports tell of ${since}`;
  const reasons = Why as string[];
  expect(reasons.at(-1)).toBe(Parent === undefined ? 'a new base' : increment);
  expect(reasons).not.toContain('');
}

/** All items in a normal form of their own: members and sets sorted. Sorted too. */
export async function itemsOf(wire: Wire, TableName: string): Promise<string[]> {
  const items: string[] = [];
  let page: Json = {};
  do {
    page = await wire.ok('Scan', {
      TableName,
      ConsistentRead: true,
      ExclusiveStartKey: page['LastEvaluatedKey'],
    });
    items.push(...(page['Items'] as Json[]).map((item) => JSON.stringify(normal(item))));
  } while (page['LastEvaluatedKey'] !== undefined);
  return items.sort();
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => {
    const isSet = ['SS', 'NS', 'BS'].includes(name) && Array.isArray(member);
    return [name, isSet ? member.map(String).sort() : normal(member)] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
