import { TidemarkError } from './errors.ts';

/** Returns the value of an environment variable that the stack sets. Throws `Internal` if it is not set. */
export function requireVariable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new TidemarkError('Internal', `${name} is not set`);
  return value;
}
