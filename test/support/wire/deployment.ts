import { setTimeout } from 'node:timers/promises';
import { type DescribeTableCommandOutput, ListImportsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { startServer } from '../../../local/server.ts';
import { startDatabase, type TestDatabase } from '../database.ts';
import { type Harness, type HarnessOptions, startHarness } from '../harness.ts';
import type { Json } from './http.ts';
import { arnOf, eventually, Wire } from './support.ts';
import { TableRecovery } from './table-recovery.ts';

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
  /** From here on Tidemark sees no stream of this table, while the embedded exports, which are made of it, do. */
  readonly hideStream: (table: string) => void;
  /** The same tables and backups under other settings: another endpoint. */
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
      exportWindow: { minMs: 1000, maxMs: 2000 },
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

/** An export is gone on from by a stream that is older than what is replayed: here a second. */
export async function streamIsOld(): Promise<void> {
  const made = Date.now();
  await eventually(() => Date.now() > made + 2000);
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
  const arn = arnOf(await wire.ok('CreateBackup', asked));
  const made = await tidemarkOf(wire, arn);
  expectReasons(made);
  return { arn, id: arn.slice(arn.lastIndexOf('/') + 1), made };
}

/** A backup says why it is made as it is: what was passed over, and last what was taken. */
function expectReasons({ Source, Parent, Why }: Json): void {
  const since = `every change since ${String(Parent)}`;
  const increment = `the ${String(Source).toLowerCase()} holds ${since}`;
  const reasons = Why as string[];
  expect(reasons.at(-1)).toBe(Parent === undefined ? 'a new base' : increment);
  expect(reasons).not.toContain('');
}

/** How many imports there were into a table of this name. */
export async function importsInto({ services }: Harness, table: string): Promise<number> {
  const { ImportSummaryList = [] } = await services.dynamodb.send(new ListImportsCommand({}));
  return ImportSummaryList.filter(({ TableArn }) => TableArn?.endsWith(`/${table}`)).length;
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
