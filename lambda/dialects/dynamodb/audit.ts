import type { Log } from '../../runtime/logger.ts';
import { auditMessage } from '../audit-message.ts';
import type { WireRequest, WireResponse } from '../wire.ts';
import type { JsonObject } from './json.ts';
import { listNamedTables } from './named-tables.ts';
import type { Operation } from './operation.ts';
import { parsePath } from './paths.ts';

/** The facts of the line that the query shows: it numbers the elements of a list. */
export const auditFields = [
  'caller',
  'verb',
  'operation',
  'tables.0',
  'targets.0',
  'backups.0',
  'outcome',
  'path',
  'requestId',
] as const;

/** Log at most this many characters of a path, which may be any text. */
const maxPath = 600;

/** The operation of a request and its input, which is undefined for a request that could not be decoded. */
export interface Audited {
  readonly request: WireRequest;
  readonly operation: Operation | undefined;
  readonly input: JsonObject | undefined;
}

/**
 * Logs one line for each request, even a refused one: the caller, the operation, the table and the outcome. The line has
 * only names and ARNs, no keys and no items.
 */
export function logAudit(
  log: Log,
  { request, operation, input }: Audited,
  response: WireResponse,
  milliseconds: number,
): void {
  log.info(auditMessage, {
    caller: request.caller,
    verb: parsePath(request.path)?.verb ?? operation?.verbs[0],
    operation: operation?.name,
    path: request.path.slice(0, maxPath),
    ...(operation && input && findNames(operation, input)),
    outcome: outcomeOf(response),
    status: response.status,
    requestId: response.headers['x-amzn-requestid'],
    milliseconds: Math.round(milliseconds),
  });
}

/** The tables, targets and backups in a decoded request. Malformed ARNs are left out: no table has them. */
function findNames({ members }: Operation, input: JsonObject): Record<string, unknown> {
  const backups = Object.entries(members).flatMap(([member, { names }]) =>
    names === 'backup' && typeof input[member] === 'string' ? [input[member]] : [],
  );
  try {
    const { tables, targets } = listNamedTables(members, input);
    return { tables, targets, backups };
  } catch {
    return {};
  }
}

/** Returns `done`, or the name of the error in the answer. */
function outcomeOf({ status, body }: WireResponse): string {
  if (status === 200) return 'done';
  // Errors are rendered with `__type` as their first member.
  const [, name] = /^\{"__type":"[\w.]*#(\w+)"/.exec(body) ?? [];
  return name ?? `HTTP ${status}`;
}
