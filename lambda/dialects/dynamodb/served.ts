import { TidemarkError } from '../../runtime/errors.ts';
import { paths } from './paths.ts';

type Served = 'all' | readonly string[];

const served: ReadonlyMap<string, Served> = new Map<string, Served>(Object.entries(paths));

/**
 * The operations that a path serves. DynamoDB itself looks at no path, so one that is not listed is as `/`. That widens
 * no rights: API Gateway routes the listed ones alone.
 */
export function servedAt(path: string): Served {
  return served.get(path.replace(/\/+$/, '')) ?? 'all';
}

/** Throws `AccessDenied` if the operation is not served at the path, and says where it is. */
export function checkServed(operation: string, path: string): void {
  if (serves(servedAt(path), operation)) return;
  const others = [...served]
    .filter(([, operations]) => serves(operations, operation))
    .map(([other]) => other);
  throw new TidemarkError(
    'AccessDenied',
    `${operation} is not served at ${path.replace(/\/+$/, '')}, but at ${others.join(' and ')}`,
  );
}

function serves(operations: Served, operation: string): boolean {
  return operations === 'all' || operations.includes(operation);
}
