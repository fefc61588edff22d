import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { countReads, type Reads } from '../snapshot/read/counting-store.ts';
import { Findings, type Problem } from '../snapshot/verify/findings.ts';
import { buildManifestKey } from '../snapshot/format/manifest.ts';
import { Verification } from '../snapshot/verify/verify.ts';
import { Budget } from '../jobs/budget.ts';
import { createPageToken, hexPlace, readPlace } from './page-token.ts';
import { findBackup, findReadableBackup, readBackupManifest } from './find-backup.ts';
import { reportDamage } from '../services/note-damage.ts';
import type { ReadServices } from '../services/operation-services.ts';

export interface VerifyBackupInput {
  readonly backup: BackupKey;
  /** Above 0 and at most 1, which is everything. A smaller share checks about that share of the frames, at random. */
  readonly share?: number;
  /** The token of the previous page. */
  readonly next?: string;
}

/** Figures and problems are of this page. */
export interface VerificationPage extends Reads {
  readonly backup: BackupRecord;
  readonly share: number;
  /** Frames that were read and checked. */
  readonly frames: number;
  /** Items in the frames that were read. */
  readonly items: number;
  /** The first problems. */
  readonly problems: readonly Problem[];
  /** The number of all problems. */
  readonly problemCount: number;
  /** The share of the whole check that this page and the earlier ones cover: 0 to 1. */
  readonly progress: number;
  /** Absent on the last page. */
  readonly next?: string;
}

/**
 * Checks the stored content of a backup, a page at a time: a page has one whole partition, and more while there is time.
 * Damage is reported as a problem, not as an error. Throws `BackupNotFound`, `BackupInUse`, and `Validation` for a share
 * out of range and for a token of another request.
 */
export async function verifyBackup(
  services: Pick<
    ReadServices,
    'catalog' | 'clock' | 'config' | 'log' | 'native' | 'secret' | 'sinks' | 'reportDamage'
  >,
  { backup: key, share = 1, next }: VerifyBackupInput,
): Promise<VerificationPage> {
  if (!(share > 0 && share <= 1))
    throw new TidemarkError('Validation', 'The share must be above 0 and at most 1');
  const { limits, readBudgetMs } = services.config;
  const budget = new Budget(services.clock, readBudgetMs);
  const readable = await findReadableBackup(services, key);
  const facts = ['verify', readable.backup.arn, share];
  let done = next === undefined ? 0 : Number(`0x${await readPlace(services.secret, next, facts, hexPlace)}`);
  const store = countReads(services.sinks.openStore(readable.backup.sink));
  const findings = new Findings();
  const object = buildManifestKey(readable.tableId, key.id);
  const manifest = await findings.recordDamage(object, readBackupManifest(store, readable));
  if (manifest !== undefined) {
    const options = { share, random: Math.random, limits };
    const verification = new Verification(store, manifest, options, findings);
    if (done === 0) verification.verifyTotals();
    do await verification.verifyPartition(done++);
    while (done < manifest.partitions.length && !budget.isSpent());
  }
  // Reading pins nothing: objects may be missing because the backup was deleted in the meantime. Then this throws.
  if (findings.problemCount > 0) await findBackup(services, key);
  const { frames, items, problems, problemCount } = findings;
  // A damaged run matters to other snapshots too, a manifest only to its own.
  const worst = problems.find((problem) => problem.object !== object) ?? problems[0];
  if (worst !== undefined) {
    const damage = { reason: `${worst.object}: ${worst.problem}`, object: worst.object };
    await reportDamage(services, { backup: { table: key.table, id: key.id }, damage });
  }
  const progress = manifest === undefined ? 1 : done / manifest.partitions.length;
  return {
    backup: readable.backup,
    share,
    frames,
    items,
    problems,
    problemCount,
    ...store.reads,
    progress,
    ...(progress < 1 && {
      next: await createPageToken(services.secret, done.toString(16).padStart(16, '0'), facts),
    }),
  };
}
