import { createHmac } from 'node:crypto';
import { encodeParameters, percentEncode } from './percent-encode.ts';
import type { Parameters } from './parameters.ts';

/**
 * Builds the text that a signature of style V1 signs: the method, the path (`/` even if there is a prefix), and every
 * parameter except the signature.
 */
export function buildStringToSignV1(method: string, parameters: Parameters): string {
  const signed = [...parameters].filter(([name]) => name !== 'Signature');
  return `${method}&${percentEncode('/')}&${percentEncode(encodeParameters(signed))}`;
}

export function signV1(secret: string, stringToSign: string): string {
  return createHmac('sha1', `${secret}&`).update(stringToSign, 'utf8').digest('base64');
}
