import { hash } from 'node:crypto';
import { TidemarkError } from '../runtime/errors.ts';

/** The facts of a request that its tokens are bound to. */
type Facts = readonly (string | number)[];

/** Makes the token that a caller sends to get the page that begins at `place`, 16 hex digits. */
export function createPageToken(place: string, facts: Facts): string {
  return `${place}${hashFacts(facts)}`;
}

/**
 * Reads the place from a token. Throws `Validation` for a token that was made with other facts, and for any other text.
 */
export function readPlace(token: string, facts: Facts): string {
  const place = token.slice(0, 16);
  if (/^[0-9a-f]{16}$/.test(place) && token === createPageToken(place, facts)) return place;
  throw new TidemarkError('Validation', 'The token is not from this request');
}

function hashFacts(facts: Facts): string {
  return hash('sha256', JSON.stringify(facts)).slice(0, 16);
}
