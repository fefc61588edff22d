/** The longest text that a record keeps of an error or a choice: a few paragraphs. */
export const maxTextLength = 2000;

/** The most reasons that a record keeps. */
export const maxReasons = 40;

/**
 * Shortens a text to at most `maxTextLength` characters. Keeps its start, and its end, which often says what to do next.
 * Replaces lone surrogates, which DynamoDB refuses.
 */
export function shortenText(text: string): string {
  if (text.length <= maxTextLength) return text.toWellFormed();
  const gap = ` [${text.length - maxTextLength} or more characters left out] `;
  const kept = maxTextLength - gap.length;
  const end = Math.floor(kept / 4);
  return (text.slice(0, kept - end) + gap + text.slice(-end)).toWellFormed();
}

/** Shortens a list of reasons to at most `maxReasons`, each shortened. Keeps the first and the last ones. */
export function shortenReasons(reasons: readonly string[]): string[] {
  if (reasons.length <= maxReasons) return reasons.map(shortenText);
  const end = Math.floor(maxReasons / 2);
  const start = maxReasons - end - 1;
  const leftOut = `[${reasons.length - start - end} reasons left out]`;
  return [...reasons.slice(0, start), leftOut, ...reasons.slice(-end)].map(shortenText);
}
