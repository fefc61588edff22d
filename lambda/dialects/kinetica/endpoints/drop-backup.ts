import { createEndpoint, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkSink } from '../objects.ts';
import { readOptions } from '../options.ts';
import { listSnapshots, backupNotFoundError } from '../snapshots.ts';

const options = {
  delete_all_backups: {
    type: 'boolean',
    default: false,
    text: 'Deletes several backups, if the name is a pattern that means several.',
  },
  dry_run: { type: 'boolean', default: false, text: 'Names what would be deleted and deletes nothing.' },
  no_error_if_not_exists: {
    type: 'boolean',
    default: false,
    text: 'Deletes nothing if there is no such backup.',
  },
} as const;

export const dropBackup = createEndpoint({
  path: '/drop/backup',
  verb: 'delete',
  text: 'Deletes backups with all of their snapshots.',
  request: { backup_name: 'string', datasink_name: 'string', options: textMap },
  response: { backup_name: 'string', backup_names: { array: 'string' }, info: textMap },
  run: async ({ operations, key }, { backup_name: name, datasink_name, options: sent }) => {
    const chosen = readOptions(options, sent);
    checkSink(datasink_name, 'datasink_name', true);
    const sets = await listSnapshots(operations, key, name);
    const names = [...new Set(sets.map((set) => set.name))];
    if (names.length === 0 && !chosen.no_error_if_not_exists) throw backupNotFoundError(name);
    if (names.length > 1 && !chosen.delete_all_backups) {
      throw new KineticaError(
        `The name means ${names.length} backups: set delete_all_backups to true to delete them all`,
      );
    }
    if (!chosen.dry_run) {
      for (const set of sets) await operations.deleteBackupSet({ name: set.name, id: set.id });
    }
    return { backup_name: name, backup_names: names, info: {} };
  },
});
