import { TidemarkError } from '../runtime/errors.ts';
import type { BackupId } from './ids.ts';
import type { BackupSource, BaseSource, Figures, Kind } from './records.ts';

/*
 * Backup sets: the backups that one request makes over several tables.
 *
 *   createBackupSet   one request -> one set, with one id, one marker and one member for each table
 *   member            a table of the set and its backup, which is an ordinary backup; or why it has none
 *   name              sets of one name are a series: one of them is made at a time, and the next continues the last
 *
 * A dialect works with these types and the operations of lambda/operations/sets. It calls them by other words: a set is a
 * backup job (RDS) or a snapshot of a backup (Kinetica), its name is an instance or the name of a backup.
 */

/** The number of a set. It grows from one request to the next over all names, and is a safe integer. */
export type SetId = number & { readonly brand: 'SetId' };

/** Identifies a set. The id alone is unique, but records are found by both. */
export interface SetKey {
  readonly name: string;
  readonly id: SetId;
}

/**
 * How a set is. It ends once, when the last of its backups ends; a deletion may follow.
 *
 * - `AVAILABLE`: all tables have a backup. `PARTIAL`: some have. `FAILED`: none has.
 * - `DELETING`: somebody deletes it. It is in no list, and its backups disappear one after another.
 */
export type SetStatus = 'CREATING' | 'AVAILABLE' | 'PARTIAL' | 'FAILED' | 'DELETING' | 'DELETED';

/** The statuses with which a set may end. */
export type SetOutcome = Extract<SetStatus, 'AVAILABLE' | 'PARTIAL' | 'FAILED'>;

/** What a request says about all backups of its set. */
export interface SetRequest extends Pick<SetKey, 'name'> {
  /** The names of the tables, each once, in the order of the request. */
  readonly tables: readonly string[];
  /** What the caller asked for: the name of a configured group, or of a table. A dialect may decide rights by it. */
  readonly group?: string;
  /** The kind of the backups. By default each is incremental if its table has a usable parent, else full. */
  readonly kind?: Kind;
  /** By default each backup's execution chooses. */
  readonly source?: BackupSource;
  /** How to read a table that has no snapshot to continue. By default as configured. */
  readonly base?: BaseSource;
  /** True: what each backup has written is read back before it is AVAILABLE. */
  readonly checksum?: true;
  /** The data sink to store the backups in. */
  readonly sink?: string;
  readonly comment?: string;
  /** The caller's ARN or name. */
  readonly requestedBy?: string;
  /** The tables whose stream a restore of the set enables on the new table, although DynamoDB's restore would not. */
  readonly streamsOf?: readonly string[];
  /** Epoch ms after which the set is deleted, with all of its backups. */
  readonly expiresAt?: number;
  /** Which older sets of its name are deleted once this one is AVAILABLE, and only then. */
  readonly replaces?: Replaced;
}

/**
 * Older sets of a name that are deleted once a new one is AVAILABLE. Each snapshot is complete by itself, so those that
 * remain lose nothing.
 */
export interface Replaced {
  /** All of them. */
  readonly all?: true;
  /** Those since the last full set before it: the new one is differential, and so has all their changes. */
  readonly sinceFull?: true;
  /** All incremental sets but this many, the newest ones, at least 1. The new set counts if it is incremental. */
  readonly keepIncrementals?: number;
}

/** What further sets of a name are to be like, unless their requests say otherwise. The dialect of the requests applies it. */
export interface SeriesSettings {
  readonly checksum?: boolean;
  /** True if the backups have only the tables' settings, without their items. */
  readonly settingsAlone?: boolean;
  /** How many incremental sets to keep, at least 1. */
  readonly keepIncrementals?: number;
  readonly comment?: string;
}

/** What the catalog keeps of a set. Its members have records of their own. */
export interface SetRecord extends SetKey, SetRequest {
  /** The request time, epoch ms: the marker of each of its backups, unless a table had a later one already. */
  readonly marker: number;
  readonly status: SetStatus;
  /** SHA-256 of what was requested, by which a repeat is recognized, 64 hex digits. */
  readonly fingerprint: string;
  /** When its last backup ended and this was noticed, epoch ms. */
  readonly endedAt?: number;
  /** The sums over its backups, once it has ended. */
  readonly figures?: Figures;
  /** Who deleted it, or why Tidemark did. Its backups' records have the same text. */
  readonly deletedBy?: string;
  /** The key of the request that deleted it. */
  readonly deletedFor?: string;
}

/** One table of a set. `FAILED` members have a reason; they may lack a backup, if the table could not be backed up at all. */
export interface SetMember {
  readonly table: string;
  /** `WAITING`: its backup has not been requested yet. */
  readonly status: 'WAITING' | 'CREATING' | 'AVAILABLE' | 'FAILED' | 'DELETED';
  readonly backup?: BackupId;
  readonly backupArn?: string;
  /** The size of the table at the request, in bytes, by which progress is weighed. */
  readonly sizeBytes?: number;
  /** The kind that was made. */
  readonly kind?: Kind;
  readonly figures?: Figures;
  readonly reason?: string;
}

/** How far a set is. */
export interface SetProgress {
  /** 0 to 100: the part of the work that is done, weighed by the sizes of the tables. 100 only once the set has ended. */
  readonly percent: number;
  /** The number of tables whose backup has ended, well or not. */
  readonly tablesDone: number;
  readonly tables: number;
}

/** A set with its members, in the order of the request. */
export interface BackupSet extends SetRecord {
  readonly members: readonly SetMember[];
  readonly progress: SetProgress;
}

/** A set as lists have it: its members and progress are known only while it is being made, or if it was described. */
export type ListedSet = SetRecord & Partial<Pick<BackupSet, 'members' | 'progress'>>;

/** The most tables of a set: its request describes all of them and must answer within seconds. */
export const maxSetTables = 100;

/** The longest name of a set, in characters. */
export const maxSetName = 255;

const maxSetId = 10 ** 15;

/** Checks that a number from outside can be the id of a set. Throws `IdInvalid`. */
export function toSetId(value: number): SetId {
  if (isSetId(value)) return value;
  throw new TidemarkError('IdInvalid', 'not the id of a backup set');
}

/** Reads the id of a set from a text of digits. Throws `IdInvalid`. */
export function parseSetId(text: string): SetId {
  return toSetId(/^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number.NaN);
}

/** True if the value has the form of an id of a set. */
export function isSetId(value: unknown): value is SetId {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < maxSetId;
}

/** True for a status with which a set ends. */
export function isSetOutcome(status: SetStatus): status is SetOutcome {
  return status === 'AVAILABLE' || status === 'PARTIAL' || status === 'FAILED';
}
