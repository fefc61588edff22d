import './deterministic.ts';
import { parseArgs } from 'node:util';
import type { BackupRecord } from '../../lambda/model/records.ts';

const { values } = parseArgs({ options: { tables: { type: 'string', default: '500' } } });
const names = Array.from({ length: Number(values.tables) }, (_, i) => `table-${i}`);

// Comes after `deterministic.ts`, which must come before every file of Tidemark.
const { runSchedule } = await import('../../lambda/operations/run-schedule.ts');
const { sortOf, toBackup } = await import('./records.ts');
const { AccountLimits } = await import('./services/account-limits.ts');
const { createUniverse } = await import('./universe.ts');

/** A function of the schedule may run for 15 minutes; a delivery that is not done then is repeated. */
const timeoutMs = 15 * 60_000;
const maxEvents = 2_000_000;

const universe = createUniverse(1, { base: 'scan', missingStream: 'refuse', timeBudgetMs: 10 * 60_000 });
const { scheduler, faults, functions, machines, network, catalog, services, tables } = universe;
// Only the limits of the account refuse calls.
faults.isHealed = true;
for (const name of names) write(name, tables.createOwned(name));

const first = await deliver();
for (const name of names) write(name, tables.plane.find(name)?.table);
const limits = new AccountLimits();
network.limits = limits;
const second = await deliver();
console.log(JSON.stringify({ first, second, refused: limits.refused }));

/** What became of the backups of one delivery. */
interface Delivery {
  readonly seconds: number;
  /** How many backups have each status, source and reason. */
  readonly backups: Readonly<Record<string, number>>;
}

function write(name: string, table: ReturnType<typeof tables.createOwned> | undefined): void {
  if (table === undefined) throw new Error(`no table ${name}`);
  tables.synchronize(table);
  for (const key of [1, 2, 3]) table.model.write(key);
  tables.synchronize(table);
}

/** Delivers a schedule for all tables, and runs until everything has ended. */
async function deliver(): Promise<Delivery> {
  const before = new Set(listBackups().map(({ id }) => id));
  const startedAt = scheduler.now;
  const scheduledTime = new Date(startedAt).toISOString();
  let isRequested = false;
  const requested = functions
    .invoke({ name: 'schedule', timeoutMs }, () =>
      runSchedule(services, { schedule: 'minute', tables: names, scheduledTime }),
    )
    .finally(() => {
      isRequested = true;
    });
  await scheduler.run(() => isRequested && machines.running === 0 && functions.running === 0, maxEvents);
  await requested;
  const backups: Record<string, number> = {};
  for (const { id, status, source, reason } of listBackups()) {
    if (before.has(id)) continue;
    const what = [status, source, reason].filter(Boolean).join(' ');
    backups[what] = (backups[what] ?? 0) + 1;
  }
  return { seconds: Math.round((scheduler.now - startedAt) / 1000), backups };
}

function listBackups(): BackupRecord[] {
  return catalog
    .rows()
    .filter((row) => sortOf(row) === 'BACKUP')
    .map(toBackup);
}
