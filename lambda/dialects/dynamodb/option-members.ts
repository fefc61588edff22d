import { maxLength, minLength, oneOf } from './constraints.ts';

/** The forms of options that several operations have. Each operation adds the text. */

export const kindForm = {
  type: 'string',
  constraints: [oneOf('FULL', 'INCREMENTAL', 'DIFFERENTIAL')],
} as const;

export const sinkForm = { type: 'string', constraints: [minLength(1), maxLength(64)] } as const;

export const comment = {
  type: 'string',
  constraints: [maxLength(1024)],
  text: "The caller's note.",
} as const;
