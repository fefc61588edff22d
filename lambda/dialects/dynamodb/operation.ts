import { type BackupKey, parseBackupArn } from '../../catalog/backup-arn.ts';
import type { Operations } from '../../operations/operations.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { WireRequest } from '../wire.ts';
import type { WireErrors } from './errors.ts';
import type { JsonObject } from './json.ts';
import { type Input, maxLength, type Members, minLength } from './members.ts';
import { read } from './read.ts';

/** One operation of the API, ready to be called with a parsed body. */
export interface Operation {
  /** The answer's members; dates are still `Date`. Throws `SerializationError` and `TidemarkError`. */
  call(operations: Operations, body: JsonObject, request: WireRequest): Promise<object>;
  /** Errors that this operation renders otherwise than the others. */
  readonly errors: WireErrors;
}

/** Makes an operation of the description of its request and of what it does with the decoded input. */
export function operation<const M extends Members>(description: {
  readonly members: M;
  readonly errors?: WireErrors;
  readonly run: (operations: Operations, input: Input<M>, request: WireRequest) => Promise<object>;
}): Operation {
  return {
    call: async (operations, body, request) =>
      description.run(operations, read(description.members, body), request),
    errors: description.errors ?? {},
  };
}

/**
 * A backup's ARN. The model says 37 to 1024 characters, but the service reports no such constraint: it answers
 * `Invalid Backup ARN` to the empty text too (public probe of the service).
 */
export const backupArn = { type: 'string' } as const;

/** A table's name or ARN. */
export const sourceTable = { type: 'string', constraints: [minLength(1), maxLength(1024)] } as const;

/** Throws `Validation` if the text is not the ARN of a backup. */
export function backupKey(arn: string): BackupKey {
  const key = parseBackupArn(arn);
  if (key === undefined) throw new TidemarkError('Validation', 'Invalid Backup ARN');
  return key;
}

/** The value under its name, or nothing: an optional property is left out, never undefined. */
export function given<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V };
export function given(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: value };
}
