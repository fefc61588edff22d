import {
  type TableReference,
  parseTableReference,
  type BackupKey,
  parseBackupArn,
  parseTableArn,
  tableNameOf,
} from '../../model/backup-arn.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { type Constraint, type ConstraintTrait, maxLength, minLength, pattern } from './constraints.ts';

const characters = '[a-zA-Z0-9_.-]+';

/** The service model's limit. */
const maxArnLength = 1024;

/** The name of a table to create, of a backup or of an index. */
export const newName = {
  type: 'string',
  constraints: [pattern(characters), minLength(3), maxLength(255)],
} as const;

/** The name of the table that a restore of a backup creates (public probe of the text). */
export const targetName = {
  ...newName,
  names: 'target',
  emptyText: 'TableName must be at least 3 characters long and at most 255 characters long',
} as const;

/**
 * A table's name or ARN. The model allows 1 to 1024 characters, but the service applies the rules for a name here too
 * (public probe of it).
 */
export const tableNameOrArn = {
  type: 'string',
  names: 'table',
  constraints: [
    applyToName(pattern(characters), { pattern: `(arn:[^/]+:table/)?${characters}` }),
    applyToName(minLength(3), { min: 1 }),
    applyToName(maxLength(255), { max: maxArnLength }),
  ],
  text: 'A table, by name or ARN.',
} as const;

/** The same for operations in which the service reports the length first (public probe of DescribeTable). */
export const tableNameOrArnByLength = {
  ...tableNameOrArn,
  constraints: [...tableNameOrArn.constraints.slice(1), ...tableNameOrArn.constraints.slice(0, 1)],
} as const;

/**
 * A backup's ARN. The model allows 37 to 1024 characters, but the service reports no such constraint: it answers
 * `Invalid Backup ARN` to an empty text too (public probe of the service).
 */
export const backupArn = { type: 'string', names: 'backup', text: 'The ARN of a backup.' } as const;

const partitions = /^aws(-cn|-us-gov|-eusc|-iso(-[a-z])?)?$/;

/**
 * Matches names of AWS regions, and of regions that databases outside of AWS use. The service accepts the form of an
 * empty one (public probe).
 */
const regions = /^[a-z0-9-]*$/;

/**
 * Finds the backup that an ARN names. Throws `Validation` if the text is not the ARN of a backup, or is an ARN that no
 * backup can have.
 */
export function toBackupKey(arn: string): BackupKey {
  const parsed = arn.length > maxArnLength ? undefined : parseBackupArn(arn);
  if (parsed === undefined) throw new TidemarkError('Validation', 'Invalid Backup ARN');
  const { partition, service, region, table, id } = parsed;
  if (!partitions.test(partition) || service !== 'dynamodb' || !regions.test(region)) {
    throw new TidemarkError('Validation', 'Invalid Request: BackupArn is not valid');
  }
  return { table, id, arn };
}

/** An ARN of a table; `tableOfArn` checks the name in it. */
export const tableArn = {
  type: 'string',
  names: 'table',
  constraints: [minLength(1), maxLength(maxArnLength)],
} as const;

/** Finds the table that an ARN names. Throws `Validation` if the text is not the ARN of a table. */
export function tableOfArn(arn: string): TableReference {
  const name = parseTableArn(arn);
  if (name === undefined || !newName.constraints.every((rule) => rule.holds(name)))
    throw new TidemarkError('Validation', 'sourceTableArn is not a valid ARN');
  return parseTableReference(arn);
}

/** Changes a constraint so that it also checks the table's name in an ARN. */
function applyToName(rule: Constraint, trait: ConstraintTrait): Constraint {
  return { ...rule, trait, holds: (value) => rule.holds(tableNameOf(String(value))) };
}
