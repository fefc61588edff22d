import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from '../http.ts';
import { encodeParameters } from './percent-encode.ts';
import { readParameters } from './parameters.ts';
import { invalidParameterError } from './rds-error.ts';

export const algorithmV3 = 'ACS3-HMAC-SHA256';

/** The header `Authorization` of style V3. */
export interface Authorization {
  readonly keyId: string;
  /** Lower-case names, in the order in which they are signed. */
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
}

const maxAuthorizationLength = 4096;
const form = /^ACS3-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/** Parses the header. Throws `RdsError` if it has another form. */
export function parseAuthorization(header: string): Authorization {
  const parts = header.length > maxAuthorizationLength ? null : form.exec(header);
  const [, keyId, signedHeaders, signature] = parts ?? [];
  if (keyId === undefined || signedHeaders === undefined || signature === undefined) {
    throw invalidParameterError('Authorization');
  }
  const names = signedHeaders.split(';');
  // Each name costs the length of its header, so many equal ones would cost a multiple of the request.
  if (new Set(names).size < names.length)
    throw invalidParameterError('Authorization', 'It signs a header twice.');
  return { keyId, signedHeaders: names, signature };
}

/** Builds the text that a signature of style V3 signs, for a request to this host. */
export function buildStringToSignV3(
  request: HttpRequest,
  { signedHeaders }: Authorization,
  host: string,
): string {
  // A name such as `constructor` is not a header, though every object has a member of that name.
  const headerOf = (name: string) =>
    Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
  const valueOf = (name: string) => (name === 'host' ? host : (headerOf(name) ?? '')).trim();
  const canonicalRequest = [
    request.method,
    // The path counts as `/` even if there is a prefix.
    '/',
    encodeParameters(readParameters(request.query, '')),
    ...signedHeaders.map((name) => `${name}:${valueOf(name)}`),
    '',
    signedHeaders.join(';'),
    request.headers['x-acs-content-sha256'] ?? '',
  ].join('\n');
  return `${algorithmV3}\n${hashOf(canonicalRequest)}`;
}

export function signV3(secret: string, stringToSign: string): string {
  return createHmac('sha256', secret).update(stringToSign, 'utf8').digest('hex');
}

/** SHA-256 in hex. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
