/**
 * Drops a character from the end of a text, as often as it is there. A pattern such as `/0+$/` takes quadratic time for a
 * text with many zeros that do not end it.
 */
export function dropTrailing(text: string, character: string): string {
  let end = text.length;
  while (text[end - 1] === character) end--;
  return text.slice(0, end);
}
