const backslash = 0x5c;
const colon = 0x3a;
const quote = 0x22;

/**
 * True if an object in valid JSON text has a name twice. `parsed` is the value of the text: it then has fewer members than
 * the text has names.
 */
export function hasDoubledName(text: Buffer, parsed: unknown): boolean {
  return countNames(text) > countMembers(parsed);
}

/** Counts the strings that a colon follows. */
function countNames(text: Buffer): number {
  const { length } = text;
  let names = 0;
  for (let at = 0; at < length; at++) {
    if (text[at] !== quote) continue;
    for (at++; at < length && text[at] !== quote; at++) if (text[at] === backslash) at++;
    while (isSpace(text[at + 1])) at++;
    if (text[at + 1] === colon) names++;
  }
  return names;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values: unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : values.length;
  for (const member of values) count += countMembers(member);
  return count;
}
