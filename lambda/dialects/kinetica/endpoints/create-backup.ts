import type { BackupSet, SetRequest } from '../../../model/sets.ts';
import type { AccessKey } from '../../access-keys.ts';
import { createEndpoint, type EndpointContext, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkSink, findNamedTables, readObjects } from '../objects.ts';
import { type OptionValues, readOptions } from '../options.ts';
import { checkName, describeFailures, findLatest, isPattern, waitForEnd } from '../snapshots.ts';

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
    text: 'Not possible: a snapshot has the content of its tables.',
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

export const createBackup = createEndpoint({
  path: '/create/backup',
  verb: 'backup',
  text: 'Makes a snapshot of tables, under the name of a backup.',
  request: {
    backup_name: 'string',
    backup_type: 'string',
    backup_objects_map: textMap,
    datasink_name: 'string',
    options: textMap,
  },
  response: {
    backup_name: 'string',
    backup_id: 'long',
    copied_bytes: 'long',
    copied_files: 'long',
    copied_records: 'long',
    total_number_of_records: 'long',
    info: textMap,
  },
  run: async (context, request) => {
    const chosen = readOptions(options, request.options);
    checkSink(request.datasink_name, 'datasink_name');
    const wanted = await toSetRequest(context, request, chosen);
    if (chosen.dry_run) return planSnapshot(context, wanted);
    const { operations, clock, until } = context;
    // Clients repeat the request when a connection drops: a repeat waits for the snapshot of the first request.
    const { set } = await operations.createBackupSet({ ...wanted, joinRunning: true });
    return describeSnapshot(await waitForEnd(operations, clock, set, until));
  },
});

interface Request {
  readonly backup_name: string;
  readonly backup_type: string;
  readonly backup_objects_map: Readonly<Record<string, string>>;
}

async function toSetRequest(
  { operations, key }: EndpointContext,
  { backup_name: name, backup_type: kind, backup_objects_map: map }: Request,
  chosen: OptionValues<typeof options>,
): Promise<SetRequest> {
  if (isPattern(name) || name.length > 255) {
    throw new KineticaError('backup_name must be a name of 1 to 255 characters, without a * at its end');
  }
  if (kind !== 'full' && kind !== 'incremental' && kind !== 'differential') {
    throw new KineticaError('backup_type must be full, incremental or differential');
  }
  await checkName(operations, key, name);
  const last = await findLatest(operations, key, name);
  checkOptions(kind, last !== undefined, chosen);
  const isMapEmpty = Object.keys(map).length === 0;
  if (kind === 'full' && isMapEmpty) {
    throw new KineticaError('backup_objects_map must name the objects of a full snapshot');
  }
  if (kind !== 'full' && !isMapEmpty) {
    throw new KineticaError(
      `backup_objects_map must be empty for a snapshot of type ${kind}, which has the objects of the backup`,
    );
  }
  const objects = readObjects(map);
  const tables =
    last !== undefined && kind !== 'full' ? last.tables : await findNamedTables(operations, key, objects);
  const group = kind === 'full' ? findOnlySchema(objects) : last?.group;
  return {
    name,
    tables,
    kind,
    requestedBy: `kinetica/${key.id}`,
    ...(group !== undefined && { group }),
    ...(chosen.comment !== '' && { comment: chosen.comment }),
    ...(chosen.checksum && { checksum: true }),
    ...toReplaced(key, chosen),
  };
}

/** The schema that a snapshot is of, if its objects are those of one schema. */
function findOnlySchema({ tables, schemas }: ReturnType<typeof readObjects>): string | undefined {
  return tables.length === 0 && schemas.length === 1 ? schemas[0] : undefined;
}

/** Checks what options, type and the existence of the backup require of each other. */
function checkOptions(kind: string, exists: boolean, chosen: OptionValues<typeof options>): void {
  if (chosen.block_table_mutations) {
    throw new KineticaError(
      'block_table_mutations must be false: a backup never blocks writes, and has each table as it was at one time',
    );
  }
  if (chosen.ddl_only) {
    throw new KineticaError(
      'ddl_only must be false: a snapshot has the settings and the content of its tables',
    );
  }
  if (chosen.max_incremental_backups_to_keep === 0) {
    throw new KineticaError('max_incremental_backups_to_keep must be at least 1, or -1 to keep all');
  }
  if (chosen.delete_intermediate_backups && kind !== 'differential') {
    throw new KineticaError('delete_intermediate_backups needs backup_type differential');
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

const nothingCopied = { copied_bytes: 0, copied_files: 0, copied_records: 0, total_number_of_records: 0 };

async function planSnapshot({ operations }: EndpointContext, wanted: SetRequest) {
  const { members, items, bytes, usd } = await operations.planBackupSet(wanted);
  const tables = members.map((member) =>
    'error' in member
      ? `${member.table}: ${member.error.message}`
      : `${member.table}: ${member.kind ?? 'native'}`,
  );
  return {
    backup_name: wanted.name,
    backup_id: 0,
    ...nothingCopied,
    total_number_of_records: items,
    info: {
      dry_run: 'true',
      tables: tables.join('; '),
      total_bytes: String(bytes),
      estimated_usd: `${usd.low.toPrecision(3)} to ${usd.high.toPrecision(3)}`,
    },
  };
}

/** Describes a snapshot that has ended, or that is being made. Throws `KineticaError` if it lacks tables. */
function describeSnapshot(set: BackupSet) {
  const { name, id, status, figures, kind, progress } = set;
  if (status === 'FAILED') throw new KineticaError(`Snapshot ${id} failed: ${describeFailures(set)}`);
  if (status === 'PARTIAL') {
    const made = set.members.filter((member) => member.status === 'AVAILABLE').map(({ table }) => table);
    throw new KineticaError(
      `Snapshot ${id} is kept, but has only ${made.join(', ')}. It lacks ${describeFailures(set)}`,
    );
  }
  const isRunning = status === 'CREATING';
  return {
    backup_name: name,
    backup_id: id,
    copied_bytes: figures?.copiedBytes ?? 0,
    copied_files: figures?.copiedFiles ?? 0,
    copied_records: figures?.copiedRecords ?? 0,
    total_number_of_records: figures?.items ?? 0,
    info: isRunning
      ? {
          status: 'running',
          percent: String(progress.percent),
          follow: `call /show/backup with the option backup_id ${id}`,
        }
      : { status: 'done', backup_type: kind ?? 'full' },
  };
}
