import { toSinkMember } from '../../model/data-sinks.ts';
import type { SeriesSettings, SetRequest } from '../../model/sets.ts';
import type { AccessKey } from '../access-keys.ts';
import type { EndpointContext } from './endpoint.ts';
import { KineticaError } from './kinetica-error.ts';
import { checkSinkOf } from './objects.ts';
import { type OptionValues, readOptions } from './options.ts';
import { findNamedObjects, findSameObjects } from './snapshot-objects.ts';
import { checkName, findBase, isPattern } from './snapshots.ts';

const options = {
  block_table_mutations: {
    type: 'boolean',
    default: false,
    text: 'Not possible: a backup never blocks writes.',
  },
  checksum: {
    type: 'boolean',
    default: false,
    text: 'Reads back what was written before the snapshot can be used.',
  },
  comment: { type: 'text', maxLength: 1024, default: '', text: 'A note that the snapshot keeps.' },
  ddl_only: {
    type: 'boolean',
    default: false,
    text: 'Stores the settings of the tables without their items.',
  },
  delete_intermediate_backups: {
    type: 'boolean',
    default: false,
    text: 'After a differential snapshot: deletes those since the last full one.',
  },
  dry_run: { type: 'boolean', default: false, text: 'Says what would be done and does nothing.' },
  max_incremental_backups_to_keep: {
    type: 'integer',
    min: -1,
    max: 10_000,
    default: -1,
    text: 'How many incremental snapshots to keep; -1: all.',
  },
  recreate: {
    type: 'boolean',
    default: false,
    text: 'Replaces the backup by one with a full snapshot, once that is made.',
  },
} as const;

interface Request {
  readonly backup_name: string;
  readonly backup_type: string;
  readonly backup_objects_map: Readonly<Record<string, string>>;
  readonly datasink_name: string;
  readonly options: Readonly<Record<string, string>>;
}

/** What a request for a snapshot means. */
export interface SnapshotRequest {
  readonly wanted: SetRequest;
  readonly isDryRun: boolean;
  /** The tables of the backup that no longer exist. */
  readonly missing: readonly string[];
}

/** Reads a request for a snapshot, with what is known of its backup. Throws `KineticaError`. */
export async function toSnapshotRequest(
  context: EndpointContext,
  { backup_name: name, backup_type: kind, backup_objects_map: map, datasink_name, options: sent }: Request,
): Promise<SnapshotRequest> {
  const { operations, key } = context;
  if (isPattern(name) || name.length > 255) {
    throw new KineticaError('backup_name must be a name of 1 to 255 characters, without a * at its end');
  }
  if (kind !== 'full' && kind !== 'incremental' && kind !== 'differential') {
    throw new KineticaError('backup_type must be full, incremental or differential');
  }
  const isFull = kind === 'full';
  // They are checked before anything is read.
  readOptions(options, sent);
  await checkName(operations, key, name);
  const base = await findBase(operations, key, name);
  const ofBackup = isFull
    ? {}
    : toOptions(await operations.describeSeries({ name }), base?.source === 'settings');
  const chosen = readOptions(options, { ...ofBackup, ...dropEmpty(sent) });
  checkOptions(kind, base !== undefined, chosen);
  // A name is in one sink only, so that a request to drop or alter it covers all of its snapshots.
  if (base !== undefined) checkSinkOf(base, datasink_name, 'datasink_name');
  if (isFull !== Object.keys(map).length > 0) throw mapError(kind);
  const { tables, group, streamsOf, settingsAlone, missing } =
    isFull || base === undefined
      ? await findNamedObjects(context, map)
      : await findSameObjects(context, base);
  const isSettings = chosen.ddl_only || settingsAlone;
  const wanted: SetRequest = {
    name,
    tables,
    // Settings have no changes: each of their snapshots is full.
    ...(isSettings ? { source: 'settings' } : { kind }),
    ...toSinkMember(datasink_name),
    requestedBy: `kinetica/${key.id}`,
    ...(group !== undefined && { group }),
    ...(streamsOf !== undefined && { streamsOf }),
    ...(chosen.comment !== '' && { comment: chosen.comment }),
    ...(chosen.checksum && { checksum: true }),
    ...toReplaced(key, chosen),
  };
  return { wanted, isDryRun: chosen.dry_run, missing };
}

/** The options that a backup has for its further snapshots. */
function toOptions(
  { checksum, settingsAlone, keepIncrementals }: SeriesSettings,
  hasSettingsAlone: boolean,
): Record<string, string> {
  return {
    ddl_only: String(settingsAlone ?? hasSettingsAlone),
    ...(checksum !== undefined && { checksum: String(checksum) }),
    ...(keepIncrementals !== undefined && { max_incremental_backups_to_keep: String(keepIncrementals) }),
  };
}

/** An empty option is none. */
function dropEmpty(sent: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(sent).filter(([, text]) => text !== ''));
}

function mapError(kind: string): KineticaError {
  return kind === 'full'
    ? new KineticaError('backup_objects_map must name the objects of a full snapshot')
    : new KineticaError(
        `backup_objects_map must be empty for a snapshot of type ${kind}, which has the objects of the backup`,
      );
}

/** Checks what options, type and the existence of the backup require of each other. */
function checkOptions(kind: string, exists: boolean, chosen: OptionValues<typeof options>): void {
  if (chosen.block_table_mutations) {
    throw new KineticaError(
      'block_table_mutations must be false: a backup never blocks writes, and has each table as it was at one time',
    );
  }
  if (chosen.max_incremental_backups_to_keep === 0) {
    throw new KineticaError('max_incremental_backups_to_keep must be at least 1, or -1 to keep all');
  }
  if (chosen.delete_intermediate_backups && kind !== 'differential') {
    throw new KineticaError('delete_intermediate_backups needs backup_type differential');
  }
  if (chosen.delete_intermediate_backups && chosen.ddl_only) {
    throw new KineticaError(
      'delete_intermediate_backups and ddl_only exclude each other: settings alone replace no snapshot with items',
    );
  }
  if (chosen.recreate && kind !== 'full') throw new KineticaError('recreate needs backup_type full');
  if (exists && kind === 'full' && !chosen.recreate) {
    throw new KineticaError(
      'The backup exists already: make an incremental or a differential snapshot, or set recreate to true',
    );
  }
  if (!exists && kind !== 'full') {
    throw new KineticaError('The backup has no snapshot that can be used: make a full one first');
  }
}

/** What the snapshot replaces. Throws `KineticaError` if it would delete snapshots and the key has no right to. */
function toReplaced(key: AccessKey, chosen: OptionValues<typeof options>): Pick<SetRequest, 'replaces'> {
  const keep = chosen.max_incremental_backups_to_keep;
  const replaces = {
    ...(chosen.recreate && { all: true as const }),
    ...(chosen.delete_intermediate_backups && { sinceFull: true as const }),
    ...(keep > 0 && { keepIncrementals: keep }),
  };
  if (Object.keys(replaces).length === 0) return {};
  if (key.verbs.includes('delete')) return { replaces };
  throw new KineticaError(
    'recreate, delete_intermediate_backups and max_incremental_backups_to_keep need a key with the verb delete',
  );
}
