import { TidemarkError } from './errors.ts';

/** The value of a variable that the stack must have set. */
export function requireVariable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new TidemarkError('Internal', `${name} is not set`);
  return value;
}
