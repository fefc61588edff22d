import type { BackupSet, SetRequest } from '../../../model/sets.ts';
import { createEndpoint, type EndpointContext, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkSink } from '../objects.ts';
import { toSnapshotRequest } from '../snapshot-request.ts';
import { describeFailures, waitForEnd } from '../snapshots.ts';

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
    await checkSink(context.operations, request.datasink_name, 'datasink_name');
    const { wanted, missing, isDryRun } = await toSnapshotRequest(context, request);
    const notes = missing.length > 0 ? { missing_tables: missing.join(',') } : {};
    if (isDryRun) return planSnapshot(context, wanted, notes);
    const { operations, clock, until } = context;
    // Clients repeat the request when a connection drops: a repeat waits for the snapshot of the first request.
    const { set, isNew } = await operations.createBackupSet({ ...wanted, joinRunning: true });
    // What was set for the backup that this one replaces was not set for this one.
    if (isNew && wanted.replaces?.all === true)
      await operations.updateSeries({ name: wanted.name, settings: {} });
    return describeSnapshot(await waitForEnd(operations, clock, set, until), notes);
  },
});

const nothingCopied = { copied_bytes: 0, copied_files: 0, copied_records: 0, total_number_of_records: 0 };

async function planSnapshot(
  { operations }: EndpointContext,
  wanted: SetRequest,
  notes: Record<string, string>,
) {
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
      ...notes,
      tables: tables.join('; '),
      total_bytes: String(bytes),
      estimated_usd: `${usd.low.toPrecision(3)} to ${usd.high.toPrecision(3)}`,
    },
  };
}

/** Describes a snapshot that has ended, or that is being made. Throws `KineticaError` if it lacks tables. */
function describeSnapshot(set: BackupSet, notes: Record<string, string>) {
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
          ...notes,
        }
      : { status: 'done', backup_type: kind ?? 'full', ...notes },
  };
}
