import type { ParameterDescription } from './input.ts';

/* Descriptions of parameters that several actions have. */

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

/** The modes of a backup in Alibaba Cloud: whether its service or a user requested the backup. */
export const modeFilter = {
  type: 'choice',
  values: ['Automated', 'Manual'],
  text: 'Manual finds every backup, Automated none: schedules back up single tables.',
} as const satisfies ParameterDescription;
