import { TidemarkError } from '../../runtime/errors.ts';
import type { Member } from './members.ts';
import type { Operation } from './operation.ts';

/**
 * The paths of the endpoint, one form for each verb. Every call of DynamoDB's protocol is a POST, so IAM can distinguish
 * calls by the path alone. The verb comes first, because the `*` of an IAM policy also matches slashes. `/` offers every
 * operation. `reencrypt` restores with an encryption that may differ from the source's. docs/decisions/044 says why.
 */
export const pathForms = {
  read: '/read/{table}',
  backup: '/backup/{table}',
  delete: '/delete/{table}',
  restore: '/restore/{table}/{target}',
  reencrypt: '/reencrypt/{table}/{target}',
  recovery: '/recovery/{table}',
} as const;

/** The kinds of access to a table. Each verb is a right of its own. */
export type Verb = keyof typeof pathForms;

/** A path of the endpoint as it is written in documents and in API Gateway. */
export type PathForm = '/' | (typeof pathForms)[Verb];

/** All verbs, in the order of the documents. */
export const verbs = Object.keys(pathForms) as Verb[];

/**
 * The function of the deployed API that runs the operations of a verb. A restore with another encryption takes the same
 * steps as any other, so the two differ for callers only.
 */
export const functionOf = {
  read: 'read',
  backup: 'backup',
  delete: 'delete',
  restore: 'restore',
  reencrypt: 'restore',
  recovery: 'recovery',
} as const satisfies Readonly<Record<Verb, Verb>>;

export type ApiFunction = (typeof functionOf)[Verb];

/** The verb and the tables that a path names. */
export interface Place {
  readonly verb: Verb;
  readonly table: string;
  /** The table that a restore creates. Set for the verbs whose path names it. */
  readonly target?: string;
}

/** The longest path: a verb and two names of 255 characters. */
const maxPathLength = 600;

const placeForm = new RegExp(
  `^/(${verbs.join('|')})/([a-zA-Z0-9_.-]{3,255})(?:/([a-zA-Z0-9_.-]{3,255}))?/?$`,
);

/**
 * Reads a path exactly as it was requested: nothing is decoded, and a doubled slash is refused. One slash may follow the last
 * name, because the JavaScript SDK ends a path with one. Returns undefined for a text that is not the path of a place.
 */
export function parsePath(path: string): Place | undefined {
  if (path.length > maxPathLength) return undefined;
  const [, name, table, target] = placeForm.exec(path) ?? [];
  const verb = verbs.find((each) => each === name);
  if (verb === undefined || table === undefined) return undefined;
  if ((target !== undefined) !== hasTarget(verb)) return undefined;
  return { verb, table, ...(target !== undefined && { target }) };
}

/** Builds the path of a place. */
export function pathOf({ verb, table, target = '' }: Place): string {
  return pathForms[verb].replace('{table}', table).replace('{target}', target);
}

/** True if the path of the verb also names the table that a restore creates. */
export function hasTarget(verb: Verb): boolean {
  return pathForms[verb].includes('{target}');
}

/**
 * Lists the places of verbs on tables. If the path of a verb names a target, there is one place for each target. The names
 * may be patterns.
 */
export function placesOf(wanted: {
  readonly verbs: readonly Verb[];
  readonly tables: readonly string[];
  readonly targets?: readonly string[];
}): Place[] {
  const { targets = [] } = wanted;
  return wanted.verbs.flatMap((verb) =>
    wanted.tables.flatMap((table): Place[] =>
      hasTarget(verb) ? targets.map((target) => ({ verb, table, target })) : [{ verb, table }],
    ),
  );
}

/** True for a member that limits its request to a table. A cursor only says where a list continues. */
export function isBound({ names }: Pick<Member, 'names'>): boolean {
  return names !== undefined && names !== 'cursor';
}

/** Lists all forms of paths that offer an operation: only `/` if no member can bind it to one table. */
export function formsOf({ verbs: served, members }: Pick<Operation, 'verbs' | 'members'>): PathForm[] {
  if (!Object.values(members).some(isBound)) return ['/'];
  return ['/', ...verbs.filter((verb) => served.includes(verb)).map((verb) => pathForms[verb])];
}

/**
 * Finds the place to which a request was sent; undefined for `/`, which offers every operation. Throws `AccessDenied`
 * for a path that the endpoint does not have, and for one whose verb is not one of the operation's.
 */
export function findPlace(
  operation: Pick<Operation, 'name' | 'verbs' | 'members'>,
  path: string,
): Place | undefined {
  if (path === '/') return undefined;
  const place = parsePath(path);
  if (place === undefined) {
    const known = ['/', ...Object.values(pathForms)].join(', ');
    throw new TidemarkError('AccessDenied', `The path of the request is none of this endpoint: ${known}`);
  }
  if (formsOf(operation).includes(pathForms[place.verb])) return place;
  throw new TidemarkError(
    'AccessDenied',
    `${operation.name} is not served at ${pathForms[place.verb]}, but at ${formsOf(operation).join(' and ')}`,
  );
}
