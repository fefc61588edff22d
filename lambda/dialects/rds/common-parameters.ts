import type { ParameterDescription } from './input.ts';

/** Descriptions of parameters that several actions have. */

/** An instance: a configured group of tables, or a table. */
export const instanceId = {
  type: 'text',
  maxLength: 255,
  text: 'The instance: a configured group of tables, or one table.',
} as const satisfies ParameterDescription;

export const pageNumber = {
  type: 'integer',
  min: 1,
  max: 1_000_000,
  default: 1,
  text: 'The number of the page.',
} as const satisfies ParameterDescription;

/** The modes of a backup: whether a schedule or a user requested it. */
export const backupMode = {
  type: 'choice',
  values: ['Automated', 'Manual'],
  text: 'Only backups that a schedule has requested, or only the others.',
} as const satisfies ParameterDescription;
