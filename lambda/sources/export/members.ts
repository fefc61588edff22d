import { TidemarkError } from '../../runtime/errors.ts';

/** The members of a JSON object of a manifest. */
export type Members = Readonly<Record<string, unknown>>;

/** Parses a text of a file that must be a JSON object. Like all functions here, it throws `RecordNotUnderstood`. */
export function parseMembers(text: string, file: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notUnderstoodError(`${file} is not JSON`, cause);
  }
  if (typeof value !== 'object' || value === null) throw notUnderstoodError(`${file} holds no object`);
  return value as Members;
}

export function textOf(members: Members, name: string, file: string): string {
  const value = members[name];
  if (typeof value !== 'string') throw notUnderstoodError(`${name} of ${file} is no text`);
  return value;
}

export function countOf(members: Members, name: string, file: string): number {
  const value = members[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw notUnderstoodError(`${name} of ${file} is no count`);
  }
  return value;
}

/** Returns a time in epoch ms. */
export function timeOf(members: Members, name: string, file: string): number {
  const time = Date.parse(textOf(members, name, file));
  if (Number.isNaN(time)) throw notUnderstoodError(`${name} of ${file} is no time`);
  return time;
}

export function notUnderstoodError(message: string, cause?: unknown): TidemarkError {
  return new TidemarkError('RecordNotUnderstood', message, { cause });
}

export function corruptError(message: string): TidemarkError {
  return new TidemarkError('StagedDataCorrupt', message);
}
