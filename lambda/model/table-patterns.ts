/** True if the table matches the pattern. Either may be a name or an ARN; a name means a table of this account and region. */
export function covers(pattern: string, table: string): boolean {
  if (isArn(pattern) && isArn(table)) return matches(pattern, table);
  return matches(readTableName(pattern), readTableName(table));
}

export function isArn(pattern: string): boolean {
  return pattern.startsWith('arn:');
}

/** The name in a name or an ARN. */
export function readTableName(pattern: string): string {
  return pattern.slice(pattern.indexOf('/') + 1);
}

/** Matches from the left: what lies between two `*` is found at its first place, so no place is tried twice. */
function matches(pattern: string, value: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === value;
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  const end = value.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}

/** True if one of the patterns covers the table of this ARN. */
export function isCovered(patterns: readonly string[], tableArn: string): boolean {
  return patterns.some((pattern) => covers(pattern, tableArn));
}
