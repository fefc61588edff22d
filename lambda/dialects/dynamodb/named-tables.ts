import { tableNameOf } from '../../model/backup-arn.ts';
import { isError, TidemarkError } from '../../runtime/errors.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { Member, Members } from './members.ts';
import { toBackupKey } from './names.ts';
import type { Operation } from './operation.ts';
import { hasTarget, isBound, parsePath, pathOf, type Place, type Verb } from './paths.ts';

/*
 * Finds the tables of a request by the members of its operation that name tables (`Member.names`):
 *
 *   checkNamedTables   each is the table, or the target, of the path that the request was sent to
 *   choosePath         the narrowest path that a request can be sent to
 *   listNamedTables    the tables and the target, for the audit
 */

type Names = NonNullable<Member['names']>;

/** A member of a request that names a table, and the table's name. */
interface Named {
  readonly member: string;
  readonly names: Names;
  readonly table: string;
}

/** Finds the members that name a table. Throws `Validation` for a malformed ARN of a backup. */
function findNamed(members: Members, input: JsonObject): Named[] {
  return Object.entries(members).flatMap(([member, { names }]) => {
    const value = input[member];
    if (names === undefined || typeof value !== 'string') return [];
    const isBackup = names === 'backup' || names === 'cursor';
    return [{ member, names, table: isBackup ? toBackupKey(value).table : tableNameOf(value) }];
  });
}

/**
 * Throws `AccessDenied` unless each table, backup, cursor and target that the request names is that of the place; unless
 * one of them bounds the request, because a list without a table covers all tables; and if the request has a member that is
 * reserved for another verb. Throws `Validation` for a malformed ARN of a backup.
 */
export function checkNamedTables(
  { members, reserved }: Pick<Operation, 'members' | 'reserved'>,
  input: JsonObject,
  { verb, table, target = table }: Place,
): void {
  const named = findNamed(members, input);
  for (const { member, names, table: name } of named) {
    const isRight = names === 'target' ? name === target : name === table;
    if (isRight || (names === 'any' && name === target)) continue;
    const place = names === 'target' ? `target of the path, ${target}` : `table of the path, ${table}`;
    throw new TidemarkError('AccessDenied', `${member} is not of the ${place}`);
  }
  if (!named.some(isBound)) {
    const bounds = Object.entries(members).filter(([, member]) => isBound(member));
    throw new TidemarkError(
      'AccessDenied',
      `The request must name the table of the path, ${table}, as ${bounds.map(([name]) => name).join(' or ')}`,
    );
  }
  const found = findReserved(reserved, input);
  if (found === undefined || found.verb === verb) return;
  const path = pathOf({ verb: found.verb, table, target });
  throw new TidemarkError(
    'AccessDenied',
    `${found.member} needs a right of its own: send the request to ${path}`,
  );
}

/** The names of the tables that a request names. */
export interface NamedTables {
  readonly tables: readonly string[];
  /** The tables that restores create. */
  readonly targets: readonly string[];
}

/**
 * Lists the tables that a request names, each once, also those in lists, which bind it to no path. Throws `Validation` for a
 * malformed ARN of a backup.
 */
export function listNamedTables(members: Members, input: JsonObject): NamedTables {
  return groupNames([...findNamed(members, input), ...findListed(members, input)]);
}

/** Finds the tables that the lists of a request name. */
function findListed(members: Members, input: JsonObject): Named[] {
  return Object.entries(members).flatMap(([name, member]) => {
    const values = input[name];
    if (member.type !== 'list' || !Array.isArray(values)) return [];
    return values.flatMap((value: unknown) => {
      const { of } = member;
      if (of.type === 'structure' && isJsonObject(value)) return findNamed(of.members, value);
      return findNamed({ [name]: of }, { [name]: value });
    });
  });
}

function groupNames(named: readonly Named[]): NamedTables {
  const list = (isTarget: boolean) => [
    ...new Set(named.filter(({ names }) => (names === 'target') === isTarget).map(({ table }) => table)),
  ];
  return { tables: list(false), targets: list(true) };
}

/**
 * Chooses the narrowest path for a request: that of its operation's own verb and of the table that it names. Returns `/`
 * for a request that names no table, several tables, or an impossible one: at `/`, the operation answers with the error.
 */
export function choosePath(
  { verbs: [own], members, reserved }: Pick<Operation, 'verbs' | 'members' | 'reserved'>,
  input: JsonObject,
): string {
  const verb = findReserved(reserved, input)?.verb ?? own;
  const place = findPlaceOf(verb, members, input);
  const path = place === undefined ? '/' : pathOf(place);
  return parsePath(path) === undefined ? '/' : path;
}

function findPlaceOf(verb: Verb, members: Members, input: JsonObject): Place | undefined {
  try {
    const { tables, targets } = groupNames(findNamed(members, input));
    const [[table, ...others], [target]] = hasTarget(verb)
      ? [tables, targets]
      : [[...tables, ...targets], []];
    if (table === undefined || others.length > 0) return undefined;
    return { verb, table, ...(target !== undefined && { target }) };
  } catch (error) {
    if (isError(error, 'Validation')) return undefined;
    throw error;
  }
}

/** Finds a member of the request that is reserved for another verb than that of the operation. */
function findReserved(
  reserved: Operation['reserved'],
  input: JsonObject,
): { readonly member: string; readonly verb: Verb } | undefined {
  const found = Object.entries(reserved).find(([member]) => input[member] !== undefined);
  return found && { member: found[0], verb: found[1] };
}
