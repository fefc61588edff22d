import { dropTrailing } from '../../runtime/drop-trailing.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import type { Operation } from './operation.ts';

/**
 * The endpoint's paths that serve some operations only; each operation's description names those that serve it. `/`
 * serves all operations. Every call of DynamoDB's protocol is a POST, so an IAM policy can tell operations apart by the
 * path alone.
 */
const restrictedPaths = ['/backup', '/read'] as const;

export type RestrictedPath = (typeof restrictedPaths)[number];

/** All paths of the endpoint. The stack creates them. */
export const paths = ['/', ...restrictedPaths] as const;

export type ApiPath = (typeof paths)[number];

export function isServedAt(path: ApiPath, operation: Pick<Operation, 'paths'>): boolean {
  return path === '/' || operation.paths.includes(path);
}

/**
 * The listed path that a request was sent to. DynamoDB itself ignores the path, so one that is not listed counts as `/`.
 * That widens no rights: API Gateway routes the listed paths alone.
 */
export function toApiPath(path: string): ApiPath {
  const plain = dropTrailing(path, '/');
  return restrictedPaths.find((listed) => listed === plain) ?? '/';
}

/** Throws `AccessDenied`, naming the paths that serve the operation, if the path of the request does not. */
export function checkPath(operation: Pick<Operation, 'name' | 'paths'>, path: string): void {
  const sentTo = toApiPath(path);
  if (isServedAt(sentTo, operation)) return;
  const served = paths.filter((each) => isServedAt(each, operation));
  throw new TidemarkError(
    'AccessDenied',
    `${operation.name} is not served at ${sentTo}, but at ${served.join(' and ')}`,
  );
}
