import { timingSafeEqual } from 'node:crypto';
import { type Secret, signWith } from '../secret/secret.ts';
import { TidemarkError } from '../runtime/errors.ts';

/** The operation and the members of a request, to which its tokens are bound. */
type Facts = readonly (string | number | undefined)[];

/** The number of hex digits of the signature with which a token begins. The position follows. */
const signatureDigits = 32;

/** The form of a place in the order of the key hashes, or of a number. */
export const hexPlace = /^[0-9a-f]{16}$/;

/** Makes the token with which a caller requests the page that begins at `place`. Only Tidemark can make tokens. */
export async function createPageToken(secret: Secret, place: string, facts: Facts): Promise<string> {
  const key = await secret.deriveKey('page-token');
  return signWith(key, JSON.stringify([place, ...facts])).toString('hex', 0, signatureDigits / 2) + place;
}

/**
 * Reads the place from a token. Throws `Validation` for a token that Tidemark did not make or made for another request,
 * and for a place that does not have the expected form.
 */
export async function readPlace(secret: Secret, token: string, facts: Facts, form: RegExp): Promise<string> {
  const place = token.slice(signatureDigits);
  if (form.test(place)) {
    const [sent, own] = [Buffer.from(token), Buffer.from(await createPageToken(secret, place, facts))];
    if (sent.length === own.length && timingSafeEqual(sent, own)) return place;
  }
  throw new TidemarkError(
    'Validation',
    'The token is not from this request: send the token of the previous page with the same parameters',
  );
}
