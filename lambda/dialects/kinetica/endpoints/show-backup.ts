import { defaultSink } from '../../../model/data-sinks.ts';
import type { Kind } from '../../../model/records.ts';
import type { BackupSet, ListedSet, SeriesSettings } from '../../../model/sets.ts';
import { createEndpoint, textMap } from '../endpoint.ts';
import { checkSink, isInSink } from '../objects.ts';
import { readOptions } from '../options.ts';
import { isPattern, listSnapshots, backupNotFoundError, readSnapshotId, typeOf } from '../snapshots.ts';

const options = {
  backup_id: {
    type: 'text',
    maxLength: 20,
    default: '',
    text: 'Only this snapshot; without it, the latest one.',
  },
  backup_type: {
    type: 'choice',
    values: ['all', 'full', 'incremental', 'differential'],
    default: '',
    text: 'Shows all snapshots, or all snapshots of a type, instead of the latest one.',
  },
  show_contents: {
    type: 'choice',
    values: ['none', 'object_names', 'object_files'],
    default: 'none',
    text: 'Whether to show the tables of each snapshot.',
  },
  no_error_if_not_exists: {
    type: 'boolean',
    default: false,
    text: 'Succeeds, and shows nothing, if there is no such backup.',
  },
} as const;

export const showBackup = createEndpoint({
  path: '/show/backup',
  verb: 'read',
  text: 'Shows backups and their snapshots.',
  request: { backup_name: 'string', datasource_name: 'string', options: textMap },
  response: {
    backup_name: 'string',
    backup_description: { array: textMap },
    backup_ids: { array: textMap },
    backup_contents: { array: textMap },
    deleted_backup_ids: { array: textMap },
    info: textMap,
  },
  run: async ({ operations, key }, { backup_name: name, datasource_name, options: sent }) => {
    const chosen = readOptions(options, sent);
    await checkSink(operations, datasource_name, 'datasource_name', true);
    const found = await listSnapshots(operations, key, name);
    const all = found.filter((set) => isInSink(set, datasource_name));
    if (all.length === 0 && !isPattern(name) && !chosen.no_error_if_not_exists)
      throw backupNotFoundError(name);
    const shown = all.filter((set, i) => {
      if (chosen.backup_id !== '') return set.id === readSnapshotId(chosen.backup_id);
      if (chosen.backup_type === '') return all.findIndex((other) => other.name === set.name) === i;
      return chosen.backup_type === 'all' || typeOf(set, all) === chosen.backup_type;
    });
    const described =
      chosen.show_contents === 'none'
        ? []
        : await Promise.all(shown.map((set) => operations.describeBackupSet({ name: set.name, id: set.id })));
    const names = [...new Set(shown.map((set) => set.name))];
    return {
      backup_name: name,
      backup_description: await Promise.all(
        names.map(async (each) => describeBackup(each, all, await operations.describeSeries({ name: each }))),
      ),
      backup_ids: shown.map((set) => describeId(set, typeOf(set, all))),
      backup_contents: described.flatMap(describeContents),
      deleted_backup_ids: [],
      info: {},
    };
  },
});

function describeBackup(
  name: string,
  all: readonly ListedSet[],
  { comment, checksum, settingsAlone, keepIncrementals }: SeriesSettings,
): Record<string, string> {
  const snapshots = all.filter((set) => set.name === name);
  return {
    backup_name: name,
    datasink_name: snapshots[0]?.sink ?? defaultSink,
    number_of_snapshots: String(snapshots.length),
    tables: (snapshots[0]?.tables ?? []).join(','),
    ...(comment !== undefined && { comment }),
    ...(checksum !== undefined && { checksum: String(checksum) }),
    ...(settingsAlone !== undefined && { ddl_only: String(settingsAlone) }),
    ...(keepIncrementals !== undefined && { max_incremental_backups_to_keep: String(keepIncrementals) }),
  };
}

function describeId(set: ListedSet, type: Kind): Record<string, string> {
  const { name, id, status, source, marker, endedAt, comment, figures, progress } = set;
  return {
    backup_name: name,
    backup_id: String(id),
    backup_type: type,
    ...(source === 'settings' && { ddl_only: 'true' }),
    status: status.toLowerCase(),
    start_time: new Date(marker).toISOString(),
    ...(endedAt !== undefined && { end_time: new Date(endedAt).toISOString() }),
    ...(comment !== undefined && { comment }),
    ...(progress !== undefined && { percent: String(progress.percent) }),
    ...(figures !== undefined && {
      total_number_of_records: String(figures.items),
      total_bytes: String(figures.bytes),
      copied_bytes: String(figures.copiedBytes),
      copied_files: String(figures.copiedFiles),
      copied_records: String(figures.copiedRecords),
    }),
  };
}

function describeContents({ name, id, members }: BackupSet): Record<string, string>[] {
  return members.map(({ table, status, backupArn, reason }) => ({
    backup_name: name,
    backup_id: String(id),
    object_type: 'table',
    object_name: table,
    status: status.toLowerCase(),
    ...(backupArn !== undefined && { backup_arn: backupArn }),
    ...(reason !== undefined && { reason }),
  }));
}
