import type { BackupSet, ListedSet, SeriesSettings } from '../../../model/sets.ts';
import { createEndpoint, type EndpointContext, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkSink, checkSinkOf } from '../objects.ts';
import { readOptions, type OptionDescriptions } from '../options.ts';
import {
  checkName,
  deleteSnapshots,
  findSnapshot,
  isPattern,
  isUsable,
  listSnapshots,
  backupNotFoundError,
} from '../snapshots.ts';

const options = {
  comment: { type: 'text', maxLength: 1024, default: '', text: 'A note that the backup keeps.' },
  dry_run: { type: 'boolean', default: false, text: 'Says what would be done and does nothing.' },
} as const;

/** What the value of each action may be. */
const values = {
  checksum: { type: 'boolean', default: false, text: 'Whether further snapshots are read back.' },
  ddl_only: { type: 'boolean', default: false, text: 'Whether further snapshots have settings alone.' },
  max_incremental_backups_to_keep: {
    type: 'integer',
    min: -1,
    max: 10_000,
    default: -1,
    text: 'How many incremental snapshots to keep, from now on; -1: all.',
  },
  merge: { type: 'text', maxLength: 0, default: '', text: 'Keeps the latest snapshot alone.' },
  purge: { type: 'text', maxLength: 20, default: '', text: 'The id of the snapshot to delete.' },
} as const satisfies OptionDescriptions;

type Action = keyof typeof values;

/** What an action changes: settings for further snapshots, and which snapshots it deletes. */
interface Change {
  readonly changeSettings?: (before: SeriesSettings) => SeriesSettings;
  readonly deleted?: readonly ListedSet[];
}

export const alterBackup = createEndpoint({
  path: '/alter/backup',
  verb: 'backup',
  text: 'Changes what further snapshots of a backup are like, or deletes some of its snapshots.',
  request: {
    backup_name: 'string',
    action: 'string',
    value: 'string',
    datasink_name: 'string',
    options: textMap,
  },
  response: {
    backup_name: 'string',
    backup_id: 'long',
    total_bytes: 'long',
    total_files: 'long',
    total_number_of_records: 'long',
    info: textMap,
  },
  run: async (context, { backup_name: name, action, value, datasink_name, options: sent }) => {
    const { comment, dry_run: isDryRun } = readOptions(options, sent);
    await checkSink(context.operations, datasink_name, 'datasink_name', true);
    if (isPattern(name)) throw new KineticaError('backup_name must be the name of one backup');
    const { operations, key } = context;
    await checkName(operations, key, name);
    const all = await listSnapshots(operations, key, name);
    if (!all.some(isUsable)) throw backupNotFoundError(name);
    for (const set of all) checkSinkOf(set, datasink_name, 'datasink_name');
    const { changeSettings = keepAsIs, deleted = [] } = findChange(toAction(action), value, all);
    if (deleted.length > 0 && !key.verbs.includes('delete')) {
      throw new KineticaError(`${action} deletes snapshots, and so needs a key with the verb delete`);
    }
    if (!isDryRun) {
      const settings = changeSettings(await operations.describeSeries({ name }));
      await operations.updateSeries({ name, settings: { ...settings, ...(comment !== '' && { comment }) } });
      await deleteSnapshots(context, deleted);
    }
    const kept = isDryRun ? all : all.filter(({ id }) => !deleted.some((each) => each.id === id));
    return describe(context, name, kept, {
      ...(isDryRun && { dry_run: 'true' }),
      ...(deleted.length > 0 && { deleted_backup_ids: deleted.map(({ id }) => id).join(',') }),
    });
  },
});

function toAction(text: string): Action {
  const action = (Object.keys(values) as Action[]).find((each) => each === text);
  if (action !== undefined) return action;
  throw new KineticaError(`action must be one of ${Object.keys(values).join(', ')}`);
}

/** Finds what an action changes. `all`: the snapshots of the backup, the newest first. Throws `KineticaError`. */
function findChange(action: Action, text: string, all: readonly ListedSet[]): Change {
  if (text === '' && action !== 'merge')
    throw new KineticaError(`value must be given for the action ${action}`);
  const value = readOptions({ [action]: values[action] }, { [action]: text })[action];
  switch (action) {
    case 'checksum':
      return { changeSettings: (before) => ({ ...before, checksum: value === true }) };
    case 'ddl_only':
      return { changeSettings: (before) => ({ ...before, settingsAlone: value === true }) };
    case 'max_incremental_backups_to_keep':
      return keepIncrementals(Number(value), all);
    case 'merge':
      return { deleted: findMerged(all) };
    case 'purge':
      return { deleted: [findPurged(text, all)] };
    default:
      throw new TypeError('an action is one of these');
  }
}

function keepIncrementals(count: number, all: readonly ListedSet[]): Change {
  if (count === 0) throw new KineticaError('value must be at least 1, or -1 to keep all');
  if (count < 0) return { changeSettings: ({ keepIncrementals: _all, ...others }) => others };
  const incrementals = all.filter((set) => isUsable(set) && set.kind === 'incremental');
  return {
    changeSettings: (before) => ({ ...before, keepIncrementals: count }),
    deleted: incrementals.slice(count),
  };
}

/** Every snapshot is complete by itself, so the latest one has what a merge of all would have. */
function findMerged(all: readonly ListedSet[]): readonly ListedSet[] {
  const [latest, ...others] = all.filter(({ status }) => status !== 'CREATING');
  if (latest?.status === 'AVAILABLE' && latest.source !== 'settings') return others;
  throw new KineticaError(
    'The latest snapshot lacks tables or their items: make a snapshot that has all of them, then merge',
  );
}

function findPurged(text: string, all: readonly ListedSet[]): ListedSet {
  const found = all.find(({ id }) => String(id) === text);
  if (found === undefined) throw new KineticaError('value must be the id of a snapshot of the backup');
  if (all.filter(isUsable).every((set) => set.id === found.id)) {
    throw new KineticaError('The backup has no other snapshot: drop the backup instead');
  }
  return found;
}

/** Describes a backup by its latest snapshot and the sums over all. */
async function describe(
  { operations, key }: EndpointContext,
  name: string,
  kept: readonly ListedSet[],
  info: Readonly<Record<string, string>>,
) {
  const { id, figures }: BackupSet = await findSnapshot(operations, key, name, '');
  const sum = (of: 'copiedBytes' | 'copiedFiles') =>
    kept.reduce((total, set) => total + (set.figures?.[of] ?? 0), 0);
  return {
    backup_name: name,
    backup_id: id,
    total_bytes: sum('copiedBytes'),
    total_files: sum('copiedFiles'),
    total_number_of_records: figures?.items ?? 0,
    info,
  };
}

function keepAsIs(settings: SeriesSettings): SeriesSettings {
  return settings;
}
