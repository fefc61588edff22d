/** Encodes a text for a signature by RFC 3986: every character except `A-Za-z0-9-_.~`, in upper-case hex. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Encodes parameters for a signature: sorted by name, in one line. Names are unique. */
export function encodeParameters(parameters: Iterable<readonly [string, string]>): string {
  return [...parameters]
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Compares encoded names. They are ASCII, so the order of UTF-16 is that of bytes. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
