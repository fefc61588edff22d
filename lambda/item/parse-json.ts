/** A string of JSON text, and whether it is a member's name. */
const strings = /"[^"\\]*(?:\\.[^"\\]*)*"(:?)/g;

/**
 * `JSON.parse`, with member names as they are written. V8 can give one name with an escape for another: after
 * `{"k":1,"\\":2}` it reads `{"k":1,"\"":2}` as having the first one's names (nodejs/node issue 63785, measured on Node
 * 24.21). So such names, which are rare, are parsed by themselves and stand under plain ones meanwhile.
 * Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  if (!text.includes('\\') || !hasEscapedName(text)) return JSON.parse(text);
  const names = new Map<string, string>();
  const plain = text.replaceAll(strings, (string: string, colon: string) => {
    if (colon === '' || !string.includes('\\')) return string;
    const alias = unused(text, names.size);
    names.set(alias, JSON.parse(string.slice(0, -1)) as string);
    return `"${alias}":`;
  });
  return renamed(JSON.parse(plain), names);
}

function hasEscapedName(text: string): boolean {
  for (const [string, colon] of text.matchAll(strings)) {
    if (colon !== '' && string.includes('\\')) return true;
  }
  return false;
}

/** The nth of the names that do not occur in the text. */
function unused(text: string, n: number): string {
  let prefix = 'name';
  while (text.includes(prefix)) prefix += '-';
  return `${prefix}${n}`;
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => renamed(member, names));
  const members = Object.entries(value).map(([name, member]) => [
    names.get(name) ?? name,
    renamed(member, names),
  ]);
  return Object.fromEntries(members);
}
