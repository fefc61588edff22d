import type { ListedSet, SetKey } from '../../../model/sets.ts';
import { createEndpoint, type EndpointContext, textMap } from '../endpoint.ts';
import { KineticaError } from '../kinetica-error.ts';
import { checkSink, checkSinkOf } from '../objects.ts';
import { readOptions } from '../options.ts';
import { findSnapshot, isPattern, isUsable, listSnapshots, backupNotFoundError } from '../snapshots.ts';

const options = {
  backup_id: {
    type: 'text',
    maxLength: 20,
    default: '',
    text: 'The snapshot; -1: all of them; without it, the latest one.',
  },
} as const;

/** How many errors of a snapshot are shown. */
const maxErrors = 100;

export const verifyBackup = createEndpoint({
  path: '/verify/backup',
  verb: 'read',
  text: 'Reads the stored content of snapshots and compares its checksums.',
  request: { backup_name: 'string', datasource_name: 'string', options: textMap },
  response: {
    backup_name: 'string',
    backup_names: { array: 'string' },
    backup_ids: { array: { array: 'long' } },
    errors: { array: { array: 'string' } },
    info: textMap,
  },
  run: async (context, { backup_name: name, datasource_name, options: sent }) => {
    const { backup_id } = readOptions(options, sent);
    await checkSink(context.operations, datasource_name, 'datasource_name', true);
    const sets = await findWanted(context, name, backup_id);
    for (const set of sets) checkSinkOf(set, datasource_name, 'datasource_name');
    const errors: string[] = [];
    let isDone = true;
    for (const set of sets) {
      isDone = await verifySnapshot(context, set, errors);
      if (isDone) continue;
      if (errors.length === 0) throw tooLongError(set);
      break;
    }
    return {
      backup_name: name,
      backup_names: [name],
      backup_ids: [sets.map(({ id }) => id)],
      errors: [errors.slice(0, maxErrors)],
      info: {
        status: errors.length === 0 ? 'sound' : 'damaged',
        errors: String(errors.length),
        // The time was over before everything was read.
        ...(!isDone && { complete: 'false' }),
      },
    };
  },
});

async function findWanted(
  { operations, key }: EndpointContext,
  name: string,
  id: string,
): Promise<readonly ListedSet[]> {
  if (isPattern(name)) throw new KineticaError('backup_name must be the name of one backup');
  if (id !== '-1') return [await findSnapshot(operations, key, name, id)];
  const sets = (await listSnapshots(operations, key, name)).filter(isUsable);
  if (sets.length === 0) throw backupNotFoundError(name);
  return sets;
}

/** Verifies each table of a snapshot, and adds what it finds. Returns false if that takes longer than a request may. */
async function verifySnapshot(
  { operations, clock, until }: EndpointContext,
  { name, id }: SetKey,
  errors: string[],
): Promise<boolean> {
  const { members } = await operations.describeBackupSet({ name, id });
  for (const { table, backup, status } of members) {
    if (status !== 'AVAILABLE' || backup === undefined) continue;
    let next: string | undefined;
    do {
      if (clock.now() >= until) return false;
      const page = await operations.verifyBackup({ backup: { table, id: backup }, ...(next && { next }) });
      errors.push(
        ...page.problems.map((problem) => `${id} ${table}: ${problem.problem} (${problem.object})`),
      );
      next = page.next;
    } while (next !== undefined);
  }
  return true;
}

function tooLongError({ id }: SetKey): KineticaError {
  return new KineticaError(
    `Verifying takes longer than a request may take: verify the tables of snapshot ${id} one by one with VerifyBackup of the DynamoDB endpoint`,
  );
}
