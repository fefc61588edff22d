import { type BackupId, isBackupId, isRestoreId } from '../model/ids.ts';
import {
  type BackupRecord,
  type Distrust,
  type Ends,
  type Figures,
  type Head,
  type RestoreRecord,
  sourceNames,
  type TableIdentity,
  type TableRecord,
  type TargetFate,
  type Turn,
} from '../model/records.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import { isSetId, type SetKey } from '../model/sets.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { FormerFolder } from './census.ts';
import { isTableDescription } from './check-description.ts';
import {
  type Check,
  type Checks,
  isBoolean,
  isAnyOf,
  isListOf,
  isMapOf,
  isNumber,
  isObjectOf,
  isOneOf,
  isOptional,
  isSetOf,
  isText,
  isTrue,
} from './checks.ts';
import type { SeenDamage, SnapshotRecord } from './snapshots.ts';

/**
 * The decoders of the catalog's records: from a row of the table to the record that the rest of Tidemark works with.
 * Each checks every member once and leaves out what only the table needs, such as its keys. Each throws
 * `CatalogRecordInvalid`, which names the record and its member but shows no value, if a member is missing or has
 * another type than the writers of `lambda/catalog/` give it.
 */

/** A row of the catalog's table, as the SDK's document client returns it. */
export type Row = Readonly<Record<string, unknown>>;

const isIdentity = isObjectOf<TableIdentity>({ name: isText, arn: isText, tableId: isText });

const isSetKey = isObjectOf<SetKey>({ name: isText, id: isSetId });

export const isFigures = isObjectOf<Figures>({
  items: isNumber,
  bytes: isNumber,
  copiedBytes: isNumber,
  copiedFiles: isNumber,
  copiedRecords: isNumber,
  durations: isOptional(isMapOf(isNumber)),
});

const isTargetFate = isAnyOf<TargetFate>(
  isObjectOf<Extract<TargetFate, { kind: 'complete' }>>({
    kind: isOneOf('complete'),
    lacks: isOptional(isOneOf('deletionProtection', 'finishedTag')),
  }),
  isObjectOf({ kind: isOneOf('absent') }),
  isObjectOf({ kind: isOneOf('kept'), why: isOneOf('protected', 'neverTagged', 'tagRemoved') }),
  isObjectOf({ kind: isOneOf('kept'), why: isOneOf('denied'), error: isText }),
  isObjectOf({ kind: isOneOf('unseen'), error: isText }),
);

export const decodeBackup = createDecoder<BackupRecord>('backup', {
  id: isBackupId,
  arn: isText,
  name: isText,
  table: isIdentity,
  description: isTableDescription,
  marker: isNumber,
  status: isOneOf('CREATING', 'AVAILABLE', 'FAILED', 'DELETED'),
  attempts: isNumber,
  internal: isBoolean,
  type: isOptional(isOneOf('SYSTEM', 'AWS_BACKUP')),
  asOf: isOptional(isNumber),
  expiresAt: isOptional(isNumber),
  requestedBy: isOptional(isText),
  kind: isOptional(isOneOf('full', 'incremental', 'differential')),
  source: isOptional(isOneOf(...sourceNames, 'native')),
  parent: isOptional(isBackupId),
  why: isOptional(isListOf(isText)),
  figures: isOptional(isFigures),
  digest: isOptional(isText),
  reason: isOptional(isText),
  cancelled: isOptional(isTrue),
  deletedBy: isOptional(isText),
  deletedFor: isOptional(isText),
  deletedAt: isOptional(isNumber),
  comment: isOptional(isText),
  base: isOptional(isOneOf('export', 'scan')),
  checksum: isOptional(isTrue),
  sink: isOptional(isText),
  set: isOptional(isSetKey),
  streamArn: isOptional(isText),
  nativeArn: isOptional(isText),
  askedAt: isOptional(isNumber),
});

export const decodeRestore = createDecoder<RestoreRecord>('restore', {
  id: isRestoreId,
  target: isText,
  targetTableId: isOptional(isText),
  backup: isBackupId,
  backupArn: isText,
  source: isIdentity,
  sink: isOptional(isText),
  description: isTableDescription,
  contentTime: isNumber,
  pointInTime: isOptional(isTrue),
  requestedAt: isNumber,
  verifyTarget: isOptional(isTrue),
  way: isOptional(isOneOf('import', 'writes')),
  why: isOptional(isText),
  importArn: isOptional(isText),
  imported: isOptional(isObjectOf({ items: isNumber, bytes: isNumber })),
  settled: isOptional(isTrue),
  abandoned: isOptional(isText),
  status: isOneOf('RESTORING', 'RESTORED', 'FAILED'),
  attempts: isNumber,
  requestKey: isOptional(isText),
  requestedBy: isOptional(isText),
  reason: isOptional(isText),
  repairedIndexes: isOptional(isListOf(isText)),
  differences: isOptional(isListOf(isText)),
  targetFate: isOptional(isTargetFate),
  endedAt: isOptional(isNumber),
});

export const decodeSnapshot = createDecoder<SnapshotRecord>('snapshot', {
  id: isBackupId,
  tableId: isText,
  sink: isOptional(isText),
  manifestSha256: isText,
  oldestRun: isBackupId,
  ends: isAnyOf<Ends>(isObjectOf({ stream: isText }), isObjectOf({ exportTime: isNumber })),
  internal: isBoolean,
  alive: isBoolean,
  asOf: isOptional(isNumber),
  released: isOptional(isTrue),
  diedAt: isOptional(isNumber),
  pins: isOptional(isSetOf(isText)),
  restores: isOptional(isSetOf(isRestoreId)),
  damage: isOptional(isObjectOf<SeenDamage>({ reason: isText, seenAt: isNumber })),
});

interface TableRow extends Omit<TableRecord, 'pending'> {
  readonly pending?: Set<BackupId>;
}

const decodeTableRow = createDecoder<TableRow>('table', {
  name: isText,
  sink: isOptional(isText),
  lastMarker: isNumber,
  head: isOptional(isObjectOf<Head>({ tableId: isText, snapshot: isBackupId, marker: isNumber })),
  turn: isOptional(
    isObjectOf<Turn>({
      execution: isText,
      backup: isBackupId,
      since: isNumber,
      parent: isOptional(isBackupId),
    }),
  ),
  distrust: isOptional(isObjectOf<Distrust>({ upTo: isBackupId, reason: isText, seenAt: isNumber })),
  unreachableAt: isOptional(isNumber),
  pending: isOptional(isSetOf(isBackupId)),
});

/** DynamoDB has no empty set, so a row without one has no pending backup. */
export function decodeTable(row: Row): TableRecord {
  const { pending, ...table } = decodeTableRow(row);
  return { ...table, pending: pending === undefined ? [] : [...pending].sort() };
}

/** Decodes a record that only points to a backup: of an expiry, a native backup that is being made, or a request. */
export const decodeBackupKey = createDecoder<Pick<BackupKey, 'table' | 'id'>>('backup key', {
  table: isText,
  id: isBackupId,
});

/** Decodes a record that only points to the restore to a target. */
export const decodeRestoreKey = createDecoder<Pick<RestoreRecord, 'target' | 'id'>>('restore key', {
  target: isText,
  id: isRestoreId,
});

/** Decodes the note of a folder that the sweep lists. */
export const decodeFolder = createDecoder<FormerFolder>('folder', {
  tableId: isText,
  sink: isOptional(isText),
  since: isNumber,
});

/** Decodes a counter of events: the start of its second (epoch ms), and the number of events since then. */
export const decodeCounter = createDecoder('counter', { begun: isNumber, count: isNumber });

/** Receives the error of a record that has no valid form. Afterwards the other records are decoded. */
export type OnInvalid = (error: TidemarkError) => void;

/** Decodes rows. A row that has no valid form goes to `onInvalid`; without that, it throws `CatalogRecordInvalid`. */
export function decodeAll<T>(rows: readonly Row[], decode: (row: Row) => T, onInvalid?: OnInvalid): T[] {
  return rows.flatMap((row) => {
    try {
      return [decode(row)];
    } catch (error) {
      if (onInvalid === undefined || !isError(error, 'CatalogRecordInvalid')) throw error;
      onInvalid(error);
      return [];
    }
  });
}

/** Creates the decoder of one kind of record, with a check for each member. */
export function createDecoder<T extends object>(record: string, checks: Checks<T>): (row: Row) => T {
  const members = Object.entries<Check<unknown>>(checks);
  const isRecord = isObjectOf(checks);
  return (row) => {
    const present = members.filter(([name]) => row[name] !== undefined);
    const decoded: unknown = Object.fromEntries(present.map(([name]) => [name, row[name]]));
    if (isRecord(decoded)) return decoded;
    const wrong = members.find(([name, check]) => !check(row[name]))?.[0];
    throw new TidemarkError(
      'CatalogRecordInvalid',
      `a ${record} record of the catalog${placeOf(row)} has no valid ${wrong}`,
    );
  };
}

/** Words the place of a row of a table name. The keys of other rows may hold a caller's text, so they are not shown. */
function placeOf({ pk, sk }: Row): string {
  return typeof pk === 'string' && /^(TABLE|RESTORE)#/.test(pk)
    ? ` (${shortenText(`${pk}, ${String(sk)}`)})`
    : '';
}
