/**
 * Compares strings by their UTF-8 bytes, that is by code points. JavaScript's own order, by UTF-16 units, differs
 * where a surrogate pair (a code point above U+FFFF) is compared with a unit from U+E000 to U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

/** The rank of a UTF-16 unit: surrogates come after all other units. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
