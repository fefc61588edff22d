import type { SetObstacle } from '../../catalog/sets.ts';
import { maxSetName, maxSetTables, type SetRequest } from '../../model/sets.ts';
import { TidemarkError } from '../../runtime/errors.ts';

/** The longest comment, in characters, as for a single backup. */
const maxComment = 1024;

/** Throws `Validation` for a request that is wrong for any tables. */
export function checkSetRequest({ name, tables, kind, replaces = {}, comment = '' }: SetRequest): void {
  if (name.length === 0 || name.length > maxSetName) {
    throw new TidemarkError('Validation', `The name of a backup set has 1 to ${maxSetName} characters`);
  }
  if (tables.length === 0 || tables.length > maxSetTables) {
    throw new TidemarkError(
      'Validation',
      `A backup set has 1 to ${maxSetTables} tables, not ${tables.length}: divide them into several sets`,
    );
  }
  if (new Set(tables).size < tables.length) {
    throw new TidemarkError('Validation', 'A backup set names each of its tables once');
  }
  const { sinceFull, keepIncrementals = 1 } = replaces;
  if (sinceFull === true && kind !== 'differential') {
    throw new TidemarkError(
      'Validation',
      'Only a differential set replaces the sets since the last full one',
    );
  }
  if (!Number.isInteger(keepIncrementals) || keepIncrementals < 1) {
    throw new TidemarkError('Validation', 'At least 1 incremental set of a name is kept');
  }
  if (comment.length > maxComment) {
    throw new TidemarkError('Validation', `A comment has at most ${maxComment} characters`);
  }
}

/** Creates the error for a set that cannot be started now: another one is being made, or the day's limit is reached. */
export function toObstacleError(
  name: string,
  obstacle: SetObstacle,
  maxPerDay: number | undefined,
): TidemarkError {
  return obstacle.kind === 'full'
    ? new TidemarkError('TooManySets', `At most ${maxPerDay} backup sets of ${name} can be requested a day`)
    : new TidemarkError(
        'SetInUse',
        `Backup set ${name}/${obstacle.id} is being made. Wait until it has ended`,
      );
}
