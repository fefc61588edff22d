import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isDeepStrictEqual } from 'node:util';

/** True for equal values. The order of a set's members does not count. A missing value equals nothing. */
export function isEqual(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.SS !== undefined && b.SS !== undefined) return isDeepStrictEqual(a.SS.toSorted(), b.SS.toSorted());
  return isDeepStrictEqual(a, b);
}

/** Compares two texts or two numbers. Returns false for values of different types and for a missing value. */
export function compareValues(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
  operator: '<' | '<=' | '>' | '>=',
): boolean {
  const pair =
    a?.N !== undefined && b?.N !== undefined
      ? ([Number(a.N), Number(b.N)] as const)
      : a?.S !== undefined && b?.S !== undefined
        ? ([a.S, b.S] as const)
        : undefined;
  if (pair === undefined) return false;
  const [left, right] = pair;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

/** Returns the number of a set's members. Throws for other types, which the catalog does not measure. */
export function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined;
  if (value.SS === undefined) throw new Error('size of a value that is no set');
  return { N: String(value.SS.length) };
}

/** Adds to a set, or to a number. */
export function addToSet(
  present: AttributeValue | undefined,
  added: AttributeValue | undefined,
): AttributeValue {
  if (added?.N !== undefined) return { N: String(Number(present?.N ?? 0) + Number(added.N)) };
  if (added?.SS === undefined || (present !== undefined && present.SS === undefined))
    throw new Error('ADD to a value of another type');
  return { SS: [...new Set([...(present?.SS ?? []), ...added.SS])] };
}

/** Removes members from a set; undefined if the set is then empty. */
export function deleteFromSet(
  present: AttributeValue | undefined,
  taken: AttributeValue | undefined,
): AttributeValue | undefined {
  if (taken?.SS === undefined || (present !== undefined && present.SS === undefined))
    throw new Error('DELETE from a value of another type');
  const members = (present?.SS ?? []).filter((member) => !taken.SS?.includes(member));
  return members.length === 0 ? undefined : { SS: members };
}

/** Returns the plain form of a row, as the document client would. */
export function unmarshall(row: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toPlain(value)]));
}

function toPlain(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.SS !== undefined) return new Set(value.SS);
  if (value.L !== undefined) return value.L.map(toPlain);
  if (value.M !== undefined) return unmarshall(value.M);
  throw new Error('a value of a type that the catalog does not use');
}
