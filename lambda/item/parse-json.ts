/** A member name with an escape in it, which only ends in `":{` where a value's text ends in `"}`. */
const escapedName = /\\.(?:[^"\\]|\\.)*":\{/;

/**
 * Parses DynamoDB JSON that `JSON.stringify` wrote; undefined if a member name was misread.
 *
 * V8 can give one member name with an escape for another: after `{"k":1,"\\":2}` it reads `{"k":1,"\"":2}` as having the
 * first one's names (nodejs/node issue 63785, measured on Node 24.21). Only such names are checked, so others cost nothing.
 * Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return escapedName.test(text) && JSON.stringify(value) !== text ? undefined : value;
}
