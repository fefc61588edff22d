import {
  type TableReference,
  parseTableReference,
  type BackupKey,
  parseBackupArn,
  parseTableArn,
  tableNameOf,
} from '../../model/backup-arn.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { type Constraint, type ConstraintTrait, maxLength, minLength, pattern } from './members.ts';

const characters = '[a-zA-Z0-9_.-]+';

/** Of the model. */
const longestArn = 1024;

/** The name of a table to be made, of a backup or of an index. */
export const newName = {
  type: 'string',
  constraints: [pattern(characters), minLength(3), maxLength(255)],
} as const;

/**
 * A table's name or ARN. The model says 1 to 1024 characters, but what a name must be the service says of a name here
 * too (public probe of it).
 */
export const sourceTable = {
  type: 'string',
  constraints: [
    ofName(pattern(characters), { pattern: `(arn:[^/]+:table/)?${characters}` }),
    ofName(minLength(3), { min: 1 }),
    ofName(maxLength(255), { max: longestArn }),
  ],
} as const;

/**
 * A backup's ARN. The model says 37 to 1024 characters, but the service reports no such constraint: it answers
 * `Invalid Backup ARN` to the empty text too (public probe of the service).
 */
export const backupArn = { type: 'string' } as const;

const partitions = /^aws(-cn|-us-gov|-eusc|-iso(-[a-z])?)?$/;

/** As AWS writes regions, and databases outside of AWS theirs. An empty one is not refused for its form (public probe). */
const regions = /^[a-z0-9-]*$/;

/** Throws `Validation` if the text is not the ARN of a backup, or of one that cannot be. */
export function backupKey(arn: string): BackupKey {
  const parsed = arn.length > longestArn ? undefined : parseBackupArn(arn);
  if (parsed === undefined) throw new TidemarkError('Validation', 'Invalid Backup ARN');
  const { partition, service, region, table, id } = parsed;
  if (!partitions.test(partition) || service !== 'dynamodb' || !regions.test(region)) {
    throw new TidemarkError('Validation', 'Invalid Request: BackupArn is not valid');
  }
  return { table, id, arn };
}

/** An ARN of a table, whose name is looked at by `tableOfArn`. */
export const tableArn = { type: 'string', constraints: [minLength(1), maxLength(longestArn)] } as const;

/** The table that an ARN names. Throws `Validation` if it is none. */
export function tableOfArn(arn: string): TableReference {
  const name = parseTableArn(arn);
  if (name === undefined || !newName.constraints.every((rule) => rule.holds(name)))
    throw new TidemarkError('Validation', 'sourceTableArn is not a valid ARN');
  return parseTableReference(arn);
}

/** A constraint of the name, where an ARN may stand for it. */
function ofName(rule: Constraint, trait: ConstraintTrait): Constraint {
  return { ...rule, trait, holds: (value) => rule.holds(tableNameOf(String(value))) };
}
