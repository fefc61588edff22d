import { hash } from 'node:crypto';
import { TidemarkError } from '../runtime/errors.ts';

/** What a token is good for: a request with other facts does not take it. */
type Facts = readonly (string | number)[];

/** Where the next page begins, as a text for the caller to hand back. `place` is 16 hex digits. */
export function pageToken(place: string, facts: Facts): string {
  return `${place}${seal(facts)}`;
}

/** The place that a token of such a request names. Throws `Validation` for any other text. */
export function placeOf(token: string, facts: Facts): string {
  const place = token.slice(0, 16);
  if (/^[0-9a-f]{16}$/.test(place) && token === pageToken(place, facts)) return place;
  throw new TidemarkError('Validation', 'The token is not one of this request');
}

function seal(facts: Facts): string {
  return hash('sha256', JSON.stringify(facts)).slice(0, 16);
}
