import { hash } from 'node:crypto';
import { TidemarkError } from '../runtime/errors.ts';

/** The facts of a request that its tokens are bound to. */
type Facts = readonly (string | number)[];

/** How many hex digits of a token come before the place. */
const sealLength = 16;

/** Makes the token that a caller sends to get the page that begins at `place`. */
export function createPageToken(place: string, facts: Facts): string {
  return hash('sha256', JSON.stringify([place, ...facts])).slice(0, sealLength) + place;
}

/** The form of a place in the order of the key hashes, or of a number. */
export const hexPlace = /^[0-9a-f]{16}$/;

/**
 * Reads the place from a token. Throws `Validation` for a token that was made with other facts, for a place of another
 * form, and for any other text.
 */
export function readPlace(token: string, facts: Facts, form: RegExp): string {
  const place = token.slice(sealLength);
  if (form.test(place) && token === createPageToken(place, facts)) return place;
  throw new TidemarkError('Validation', 'The token is not from this request');
}
