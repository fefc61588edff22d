/**
 * Drops all repetitions of a character from the end of a text. A pattern such as `/0+$/` would take quadratic time for a
 * text with many zeros that are not at its end.
 */
export function dropTrailing(text: string, character: string): string {
  let end = text.length;
  while (text[end - 1] === character) end--;
  return text.slice(0, end);
}
