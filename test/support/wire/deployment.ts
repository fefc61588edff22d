import { type DescribeTableCommandOutput, ListImportsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { startServer } from '../../../local/server.ts';
import { startDatabase, type TestDatabase } from '../database.ts';
import { type Harness, type HarnessOptions, startHarness } from '../harness.ts';
import type { Json } from './http.ts';
import { arnOf, Wire } from './support.ts';
import { TableRecovery } from './table-recovery.ts';

/** An endpoint with DynamoDB's exports, like a deployment's, in this process and with shorter windows. */
export interface Deployment {
  readonly wire: Wire;
  readonly recovery: TableRecovery;
  readonly harness: () => Harness;
  readonly database: () => TestDatabase;
  /** Hides the stream of this table from Tidemark. The embedded exports, which are made from the stream, still see it. */
  readonly hideStream: (table: string) => void;
  /** Starts another endpoint with the same tables and backups under other settings. */
  readonly reconfigure: (options: HarnessOptions) => Promise<Wire>;
}

/** Starts a deployment for all tests of the file, with the default settings: a base by export, and recovery that callers enable. */
export function useDeployment(options: HarnessOptions = {}): Deployment {
  const closing: (() => Promise<void>)[] = [];
  const recovery = new TableRecovery(() => running().database.clock);
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
  const withDefaults = (more: HarnessOptions): HarnessOptions => ({
    ...options,
    ...more,
    exports: simulated,
    config: {
      base: 'export',
      // Short windows, so that each increment needs several.
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
    const harness = await startHarness(database, withDefaults({}));
    closing.unshift(() => harness.close());
    hideStreams(harness);
    started = { database, harness, url: await serve(database, harness) };
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
  return {
    wire: new Wire(() => ({ url: running().url, clock: running().database.clock })),
    recovery,
    harness: () => running().harness,
    database: () => running().database,
    hideStream: (table) => void streamless.add(table),
    async reconfigure(more) {
      const { harness, database } = running();
      const other = harness.restart(withDefaults(more));
      closing.unshift(() => {
        other.executions.stop();
        return Promise.resolve();
      });
      const url = await serve(database, other);
      return new Wire(() => ({ url, clock: database.clock }));
    },
  };
}

/** Advances the clock until the stream is old enough to follow an export: older than what is replayed, here a second. */
export function ageStream({ clock }: Wire): void {
  clock.advance(2000);
}

/** Waits for a backup and returns the members that Tidemark adds to its details. */
async function waitForDetails(wire: Wire, arn: string): Promise<Json> {
  return (await wire.waitUntilAvailable(arn))['Tidemark'] as Json;
}

/** Creates a backup with these options and waits until it is AVAILABLE. */
export async function backUpWith(
  wire: Wire,
  TableName: string,
  options: Json = {},
): Promise<{ arn: string; id: string; made: Json }> {
  const request = { TableName, BackupName: 'by-source', TidemarkOptions: options };
  const arn = arnOf(await wire.ok('CreateBackup', request));
  const made = await waitForDetails(wire, arn);
  expectReasons(made);
  return { arn, id: arn.slice(arn.lastIndexOf('/') + 1), made };
}

/** Expects the reasons of a backup: first the sources that were passed over, last the chosen one. */
function expectReasons({ Source, Parent, Why }: Json): void {
  const since = `every change since ${String(Parent)}`;
  const increment = `the ${String(Source).toLowerCase()} holds ${since}`;
  const reasons = Why as string[];
  expect(reasons.at(-1)).toBe(Parent === undefined ? 'a new base' : increment);
  expect(reasons).not.toContain('');
}

/** Counts the imports into a table of this name. */
export async function countImports({ services }: Harness, table: string): Promise<number> {
  const { ImportSummaryList = [] } = await services.dynamodb.send(new ListImportsCommand({}));
  return ImportSummaryList.filter(({ TableArn }) => TableArn?.endsWith(`/${table}`)).length;
}

/** Reads all items in a normal form, with sorted members and sets, and sorts them. */
export async function readItems(wire: Wire, TableName: string): Promise<string[]> {
  const items: string[] = [];
  let page: Json = {};
  do {
    page = await wire.ok('Scan', {
      TableName,
      ConsistentRead: true,
      ExclusiveStartKey: page['LastEvaluatedKey'],
    });
    items.push(...(page['Items'] as Json[]).map((item) => JSON.stringify(normalize(item))));
  } while (page['LastEvaluatedKey'] !== undefined);
  return items.sort();
}

function normalize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => {
    const isSet = ['SS', 'NS', 'BS'].includes(name) && Array.isArray(member);
    return [name, isSet ? member.map(String).sort() : normalize(member)] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
