import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { countReads, type Reads } from '../snapshot/read/counting-store.ts';
import { Findings, type Problem } from '../snapshot/verify/findings.ts';
import { manifestKey } from '../snapshot/format/manifest.ts';
import { Verification } from '../snapshot/verify/verify.ts';
import { Budget } from '../jobs/budget.ts';
import { findBackup } from './describe-backup.ts';
import { pageToken, placeOf } from './page-token.ts';
import { manifestOf, readableBackup } from './readable-backup.ts';
import type { ReadServices } from '../services/operation-services.ts';

export interface VerifyBackupInput {
  readonly backup: BackupKey;
  /** Above 0, at most 1, which is everything. Less: about this share of the frames, drawn at random. */
  readonly share?: number;
  /** Of the page before. */
  readonly next?: string;
}

/** Figures and problems are of this page. */
export interface VerificationPage extends Reads {
  readonly backup: BackupRecord;
  readonly share: number;
  /** Frames that were read and checked. */
  readonly frames: number;
  /** Items of the snapshot; with a share those in the frames that were drawn. */
  readonly items: number;
  /** The first of them. */
  readonly problems: readonly Problem[];
  /** How many there are. */
  readonly problemCount: number;
  /** How much of the whole is done with this page: 0 to 1. */
  readonly progress: number;
  /** Absent on the last page. */
  readonly next?: string;
}

/**
 * Checks what is stored of a backup: whole partitions, at least one, and more as far as the time goes. What is damaged
 * is a problem, not an error. Throws `BackupNotFound`, `BackupInUse`, and `Validation` for a share out of range and for
 * a token of another request.
 */
export async function verifyBackup(
  services: Pick<ReadServices, 'catalog' | 'store' | 'clock' | 'config'>,
  { backup: key, share = 1, next }: VerifyBackupInput,
): Promise<VerificationPage> {
  if (!(share > 0 && share <= 1))
    throw new TidemarkError('Validation', 'The share must be above 0 and at most 1');
  const { limits, readBudgetMs } = services.config;
  const budget = new Budget(services.clock, readBudgetMs);
  const readable = await readableBackup(services, key);
  const facts = [readable.backup.arn, share];
  let done = next === undefined ? 0 : Number(`0x${placeOf(next, facts)}`);
  const store = countReads(services.store);
  const findings = new Findings();
  const object = manifestKey(readable.tableId, key.id);
  const manifest = await findings.recordDamage(object, manifestOf(store, readable));
  if (manifest !== undefined) {
    const options = { share, random: Math.random, limits };
    const verification = new Verification(store, manifest, options, findings);
    if (done === 0) verification.verifyTotals();
    do await verification.verifyPartition(done++);
    while (done < manifest.partitions.length && !budget.isSpent());
  }
  // Reading pins nothing: what is missing may be so because the backup was deleted meanwhile.
  if (findings.problemCount > 0) await findBackup(services, key);
  const { frames, items, problems, problemCount } = findings;
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
    ...(progress < 1 && { next: pageToken(done.toString(16).padStart(16, '0'), facts) }),
  };
}
