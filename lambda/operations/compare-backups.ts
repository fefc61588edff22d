import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { compareSnapshots, type ComparisonStep, type Difference } from '../snapshot/compare/compare.ts';
import { countReads, type Reads } from '../snapshot/read/counting-store.ts';
import { type Keyed, startOfHash } from '../snapshot/format/change.ts';
import { formatHash, parseHash, wholeRange } from '../snapshot/format/hash-range.ts';
import { type Manifest, buildManifestKey } from '../snapshot/format/manifest.ts';
import { createRoutedStore } from '../storage/routed-store.ts';
import { Budget } from '../jobs/budget.ts';
import { createPageToken, readPlace } from './page-token.ts';
import { readBackupManifest, findReadableBackup, readUnlessDeleted } from './find-backup.ts';
import { keyAttributesOf } from './locate-key.ts';
import type { ReadServices } from '../services/operation-services.ts';

export interface CompareBackupsInput {
  readonly from: BackupKey;
  readonly to: BackupKey;
  /** The number of differences on a page, 1 to 1000. */
  readonly limit?: number;
  /** The token of the previous page. */
  readonly next?: string;
}

export interface ListedDifference {
  readonly change: Difference['change'];
  /** A JSON object. */
  readonly key: string;
}

/** The changes that turn `from` into `to`. The figures count this page only. */
export interface ComparisonPage extends Reads {
  readonly from: BackupRecord;
  readonly to: BackupRecord;
  readonly counts: Readonly<Record<Difference['change'], number>>;
  readonly differences: readonly ListedDifference[];
  /** The share of the whole comparison that this page and the earlier ones cover: 0 to 1. */
  readonly progress: number;
  /** Absent on the last page. */
  readonly next?: string;
}

const maxDifferences = 1000;

/** The most bytes of keys on a page. Lambda's answer has at most 6 MB, and holds the page as a text in JSON. */
const maxPageBytes = 4_000_000;

/**
 * Compares two backups, a page at a time: a page ends when it has `limit` differences, when its keys are as large as an
 * answer allows, or when its time is used up. Throws
 * `BackupNotFound`, `BackupInUse`, `SnapshotCorrupt`, and `Validation` for backups of tables with different keys, for a
 * limit out of range and for a token of other backups.
 */
export async function compareBackups(
  services: Pick<ReadServices, 'catalog' | 'sinks' | 'secret' | 'clock' | 'config' | 'log' | 'native'>,
  input: CompareBackupsInput,
): Promise<ComparisonPage> {
  const { limit = maxDifferences } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxDifferences)
    throw new TidemarkError('Validation', `The limit must be an integer from 1 to ${maxDifferences}`);
  const budget = new Budget(services.clock, services.config.readBudgetMs);
  const [from, to] = await Promise.all([
    findReadableBackup(services, input.from),
    findReadableBackup(services, input.to),
  ]);
  checkSameKeys(from.backup, to.backup);
  const facts = ['compare', from.backup.arn, to.backup.arn];
  const start =
    input.next === undefined
      ? startOfHash(0n)
      : parsePlace(await readPlace(services.secret, input.next, facts, keyedPlace));
  const ofFrom = new Set([buildManifestKey(from.tableId, from.backup.id)]);
  const stores = {
    from: services.sinks.openStore(from.backup.sink),
    to: services.sinks.openStore(to.backup.sink),
  };
  const store = countReads(createRoutedStore((key) => (ofFrom.has(key) ? stores.from : stores.to)));
  return readUnlessDeleted(services, [input.from, input.to], async () => {
    const [before, after] = await Promise.all([
      readBackupManifest(store, from),
      readBackupManifest(store, to),
    ]);
    for (const { key } of before.runs) ofFrom.add(key);
    checkSameHash(before, after);
    const steps = compareSnapshots(store, before, after, start, services.config.limits);
    const { listed, end } = await collectPage(steps, limit, budget);
    return {
      from: from.backup,
      to: to.backup,
      counts: countChanges(listed),
      differences: listed.map(({ change, key }) => ({ change, key: `{${key.toString()}}` })),
      ...store.reads,
      progress: Number(end.hash) / Number(wholeRange.to),
      ...(end.hash < wholeRange.to && {
        next: await createPageToken(services.secret, formatPlace(end), facts),
      }),
    };
  });
}

/** Throws `Validation`. */
function checkSameKeys(from: BackupRecord, to: BackupRecord): void {
  const [a, b] = [from, to].map(({ description }) => JSON.stringify(keyAttributesOf(description)));
  if (a !== b) throw new TidemarkError('Validation', 'The backups are of tables with different keys');
}

/** Throws `Validation`. Snapshots are compared in the order of their hashes. */
function checkSameHash(from: Manifest, to: Manifest): void {
  if (from.hashKey === to.hashKey) return;
  const text =
    'The backups were made with different secrets. Make a new backup of each table, and compare these.';
  throw new TidemarkError('Validation', text);
}

/**
 * The form of a place in the order of a run: a hash and a key. A key has at most 22 KB of text, if all its characters are
 * escaped.
 */
export const keyedPlace = /^[0-9a-f]{16}[A-Za-z0-9_-]{0,32000}$/;

function formatPlace({ hash, key }: Keyed): string {
  return formatHash(hash) + key.toString('base64url');
}

function parsePlace(place: string): Keyed {
  return { hash: parseHash(place.slice(0, 16)), key: Buffer.from(place.slice(16), 'base64url') };
}

/** Collects differences up to the place where the page ends: when it is full, or when the time is used up. */
export async function collectPage(
  steps: AsyncIterable<ComparisonStep>,
  limit: number,
  budget: Budget,
): Promise<{ listed: readonly Difference[]; end: Keyed }> {
  const listed: Difference[] = [];
  let bytes = 0;
  let end = startOfHash(wholeRange.to);
  const isFull = () => listed.length >= limit || bytes >= maxPageBytes;
  for await (const { differences, upTo } of steps) {
    for (const difference of differences) {
      if (isFull()) return { listed, end: difference };
      listed.push(difference);
      bytes += wireBytesOf(difference);
    }
    end = upTo;
    if (isFull() || budget.isSpent()) break;
  }
  return { listed, end };
}

/** The size of the difference in an answer, where a key of control characters is seven times as long as in the table. */
function wireBytesOf({ key }: Difference): number {
  return Buffer.byteLength(JSON.stringify(key.toString()));
}

function countChanges(differences: readonly Difference[]): ComparisonPage['counts'] {
  const counts = { added: 0, changed: 0, removed: 0 };
  for (const { change } of differences) counts[change]++;
  return counts;
}
