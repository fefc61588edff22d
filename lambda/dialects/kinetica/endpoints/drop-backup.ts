import { createEndpoint, type EndpointContext, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkSink, checkSinkOf, isInSink } from '../objects.ts';
import { readOptions } from '../options.ts';
import { deleteSnapshots, findSnapshots, isPattern, backupNotFoundError } from '../snapshots.ts';

const options = {
  delete_all_backups: {
    type: 'boolean',
    default: false,
    text: 'Allows a pattern that matches several backups, and deletes all of them.',
  },
  dry_run: {
    type: 'boolean',
    default: false,
    text: 'Lists the backups that would be deleted, and deletes nothing.',
  },
  no_error_if_not_exists: {
    type: 'boolean',
    default: false,
    text: 'Succeeds, and deletes nothing, if there is no such backup.',
  },
} as const;

export const dropBackup = createEndpoint({
  path: '/drop/backup',
  verb: 'delete',
  text: 'Deletes backups with all of their snapshots.',
  request: { backup_name: 'string', datasink_name: 'string', options: textMap },
  response: { backup_name: 'string', backup_names: { array: 'string' }, info: textMap },
  run: async (context, { backup_name: name, datasink_name, options: sent }) => {
    const chosen = readOptions(options, sent);
    await checkSink(context.operations, datasink_name, 'datasink_name', true);
    const names = await findNames(context, name, datasink_name);
    if (names.length === 0 && !chosen.no_error_if_not_exists) throw backupNotFoundError(name);
    if (names.length > 1 && !chosen.delete_all_backups) {
      throw new KineticaError(
        `The name matches ${names.length} backups: set delete_all_backups to true to delete them all`,
      );
    }
    const { operations, key } = context;
    for (const each of chosen.dry_run ? [] : names) {
      await deleteSnapshots(context, findSnapshots(operations, key, each));
      // A later backup of the name begins without what was set for this one.
      await operations.updateSeries({ name: each, settings: {} });
    }
    return { backup_name: name, backup_names: names, info: chosen.dry_run ? { dry_run: 'true' } : {} };
  },
});

/** Finds the names of the backups in a data sink that match a name or pattern. Backups may have any number of snapshots. */
async function findNames(
  { operations, key }: EndpointContext,
  name: string,
  sink: string,
): Promise<string[]> {
  const names = new Set<string>();
  for await (const set of findSnapshots(operations, key, name)) {
    if (isPattern(name)) {
      if (isInSink(set, sink)) names.add(set.name);
    } else {
      checkSinkOf(set, sink, 'datasink_name');
      return [name];
    }
  }
  return [...names];
}
