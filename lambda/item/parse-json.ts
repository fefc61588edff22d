const backslash = 0x5c;
const colon = 0x3a;
const quote = 0x22;

/**
 * Deeper than any request, answer or item: an item has 32 levels, each of them two in JSON. Much deeper values would
 * exhaust the stack of the code that reads them.
 */
const maxDepth = 1000;

/**
 * Parses JSON from outside as `parseJson` does. Throws `SyntaxError` also for a text that opens more than 1,000 lists and
 * objects in each other.
 */
export function parseShallowJson(text: string): unknown {
  if (isDeep(text)) throw tooDeepError();
  return parseJson(text);
}

/** True if the text opens more than `maxDepth` lists and objects in each other. Takes time in proportion to its length. */
function isDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"') isString = !isString;
    else if (isString) at += unit === '\\' ? 1 : 0;
    else if (unit === '[' || unit === '{') {
      if (++depth > maxDepth) return true;
    } else if (unit === ']' || unit === '}') depth--;
  }
  return false;
}

function tooDeepError(): SyntaxError {
  return new SyntaxError(`the JSON has more than ${maxDepth} levels`);
}

/**
 * Parses JSON with correct names of members. `JSON.parse` of V8 can mistake one name with an escape for another: after
 * `{"k":1,"\\":2}` it reads `{"k":1,"\"":2}` with the names of the first (nodejs/node issue 63785, measured on Node
 * 24.21 and 26.10). So names with escapes, which are rare, are replaced by plain aliases, and put back into the parsed
 * value. The time is proportional to the text's length for every text.
 * Throws `SyntaxError`, also if two names of an object are equal except for their escapes.
 */
export function parseJson(text: string): unknown {
  const names = new Map<string, string>();
  const plain = replaceEscapedNames(text, names);
  const value: unknown = JSON.parse(plain);
  return names.size === 0 ? value : renameMembers(value, names, 0);
}

/** Replaces each name with escapes by an alias, and adds the alias with its name to `names`. */
function replaceEscapedNames(text: string, names: Map<string, string>): string {
  let nextAlias: (() => string) | undefined;
  let plain = '';
  let copied = 0;
  let at = text.indexOf('\\');
  while (at >= 0) {
    // This is the first escape of a string, so the string begins at the last quote before it.
    const start = text.lastIndexOf('"', at);
    const end = findStringEnd(text, at);
    if (isColonNext(text, end)) {
      nextAlias ??= createAliases(text);
      const alias = nextAlias();
      names.set(alias, JSON.parse(text.slice(start, end)) as string);
      plain += `${text.slice(copied, start)}"${alias}"`;
      copied = end;
    }
    at = text.indexOf('\\', end);
  }
  return plain + text.slice(copied);
}

/** Returns the end of the string that contains `at`: after its closing quote, or at the end of the text. */
function findStringEnd(text: string, at: number): number {
  let end = at;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit === quote) return end + 1;
    if (unit === backslash) end++;
  }
  return text.length;
}

const whitespace = new Set(['\t', '\n', '\r', ' ']);

/** True if the string that ends at `end` is a name. */
function isColonNext(text: string, end: number): boolean {
  let at = end;
  while (whitespace.has(text.charAt(at))) at++;
  return text.charCodeAt(at) === colon;
}

/** Creates a function that returns a new name with each call, which does not occur in the text. */
function createAliases(text: string): () => string {
  const taken = new Set(text.match(/#\d+/g));
  let count = 0;
  return () => {
    while (taken.has(`#${count}`)) count++;
    return `#${count++}`;
  };
}

function renameMembers(value: unknown, names: ReadonlyMap<string, string>, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) throw tooDeepError();
  if (Array.isArray(value)) return value.map((member) => renameMembers(member, names, depth + 1));
  const members = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    members.set(names.get(name) ?? name, renameMembers(member, names, depth + 1));
  }
  if (members.size < Object.keys(value).length)
    throw new SyntaxError('an object has two members of one name');
  return Object.fromEntries(members);
}
