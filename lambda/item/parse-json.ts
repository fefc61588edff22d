/** Matches a string of JSON text, with the colon if it is the name of a member. */
const strings = /"[^"\\]*(?:\\.[^"\\]*)*"(:?)/g;

/**
 * Parses JSON with correct names of members. `JSON.parse` of V8 can mistake one name with an escape for another: after
 * `{"k":1,"\\":2}` it reads `{"k":1,"\"":2}` with the names of the first (nodejs/node issue 63785, measured on Node
 * 24.21). So names with escapes, which are rare, are replaced by plain aliases, and put back into the parsed value.
 * Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  if (!text.includes('\\') || !hasEscapedName(text)) return JSON.parse(text);
  const names = new Map<string, string>();
  const plain = text.replaceAll(strings, (string: string, colon: string) => {
    if (colon === '' || !string.includes('\\')) return string;
    const alias = makeAlias(text, names.size);
    names.set(alias, JSON.parse(string.slice(0, -1)) as string);
    return `"${alias}":`;
  });
  return renameMembers(JSON.parse(plain), names);
}

function hasEscapedName(text: string): boolean {
  for (const [string, colon] of text.matchAll(strings)) {
    if (colon !== '' && string.includes('\\')) return true;
  }
  return false;
}

/** Makes the nth alias: a name that does not occur in the text. */
function makeAlias(text: string, n: number): string {
  let prefix = 'name';
  while (text.includes(prefix)) prefix += '-';
  return `${prefix}${n}`;
}

function renameMembers(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => renameMembers(member, names));
  const members = Object.entries(value).map(([name, member]) => [
    names.get(name) ?? name,
    renameMembers(member, names),
  ]);
  return Object.fromEntries(members);
}
