import { type AccessKey, isSameText, type LoadKeys } from '../access-keys.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Call } from './call.ts';
import { invalidParameterError, missingParameterError, RdsError } from './rds-error.ts';
import { signV1, buildStringToSignV1 } from './sign-v1.ts';
import { hashOf, parseAuthorization, signV3, buildStringToSignV3 } from './sign-v3.ts';

export interface Verifier {
  readonly keys: LoadKeys;
  readonly clock: Pick<Clock, 'now'>;
  readonly useNonce: Operations['useNonce'];
}

/** The caller's statement about the signature of a call, in either style. */
interface Claim {
  readonly keyId: string;
  readonly signature: string;
  /** The texts, one of which the caller must have signed. If none fits, the error shows the first. */
  readonly stringsToSign: readonly string[];
  readonly sign: (secret: string, stringToSign: string) => string;
  readonly nonce: string;
  readonly timestamp: string;
}

/** The maximum difference between a request's time and the clock. */
const windowMs = 15 * 60_000;

/**
 * Finds the key that signed a call. The signature is checked first, then the time, then that the nonce is new, so nobody
 * without a key can fill the catalog with nonces. Throws `RdsError`.
 */
export async function authenticate(verifier: Verifier, call: Call): Promise<AccessKey> {
  const claim = call.style === 'V3' ? readClaimV3(call) : readClaimV1(call);
  const key = (await verifier.keys()).find(({ id }) => id === claim.keyId);
  if (key === undefined) {
    throw new RdsError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
  }
  checkSignature(key, claim);
  const now = verifier.clock.now();
  const time = parseTimestamp(claim.timestamp);
  if (Math.abs(now - time) > windowMs) {
    throw new RdsError(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
  }
  // Until then a repeat of the request would have a valid time.
  const isNew = await verifier.useNonce({ user: key.id, nonce: claim.nonce, until: time + windowMs });
  if (!isNew) {
    const message = 'Specified signature nonce was used already.';
    throw new RdsError(400, 'SignatureNonceUsed', message);
  }
  return key;
}

function checkSignature(key: AccessKey, { signature, stringsToSign, sign }: Claim): void {
  // Every candidate is computed and compared, so that the time does not reveal which one fits.
  const matches = key.secrets.flatMap((secret) =>
    stringsToSign.map((text) => isSameText(sign(secret, text), signature)),
  );
  if (matches.includes(true)) return;
  const message = `Specified signature is not matched with our calculation. server string to sign is:${stringsToSign[0]}`;
  throw new RdsError(400, 'SignatureDoesNotMatch', message);
}

function readClaimV1({ request, parameters }: Call): Claim {
  const readRequired = (name: string): string => {
    const value = parameters.get(name);
    if (value === undefined || value === '') throw missingParameterError(name);
    return value;
  };
  const claim = {
    keyId: readRequired('AccessKeyId'),
    signature: readRequired('Signature'),
    nonce: checkNonce(readRequired('SignatureNonce'), 'SignatureNonce'),
    timestamp: readRequired('Timestamp'),
  };
  if (readRequired('SignatureMethod') !== 'HMAC-SHA1') {
    const message = 'Specified signature method is not valid. Valid value: HMAC-SHA1.';
    throw new RdsError(400, 'InvalidSignatureMethod', message);
  }
  if (readRequired('SignatureVersion') !== '1.0')
    throw invalidParameterError('SignatureVersion', 'Valid value: 1.0.');
  return { ...claim, stringsToSign: [buildStringToSignV1(request.method, parameters)], sign: signV1 };
}

/** The headers that a signature of style V3 must cover. */
const mustSign = [
  'host',
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
] as const;

function readClaimV3({ request }: Call): Claim {
  const { headers, path, address, body } = request;
  const authorization = parseAuthorization(headers['authorization'] ?? '');
  const unsigned = mustSign.find((name) => !authorization.signedHeaders.includes(name));
  if (unsigned !== undefined)
    throw invalidParameterError('Authorization', `It must sign the header ${unsigned}.`);
  const absent = mustSign.find((name) => name !== 'host' && !headers[name]);
  if (absent !== undefined) throw missingParameterError(absent);
  if (!isSameText(headers['x-acs-content-sha256'] ?? '', hashOf(body))) {
    throw invalidParameterError('x-acs-content-sha256', 'It is not the SHA-256 of the body.');
  }
  // A client that is configured with a prefix signs it as part of the host, and may send an empty host. Its path is the
  // prefix and a slash.
  const hosts = [headers['host'] ?? '', address + path.replace(/\/$/, '')];
  return {
    keyId: authorization.keyId,
    signature: authorization.signature,
    stringsToSign: [...new Set(hosts)].map((host) => buildStringToSignV3(request, authorization, host)),
    sign: signV3,
    nonce: checkNonce(headers['x-acs-signature-nonce'] ?? '', 'x-acs-signature-nonce'),
    timestamp: headers['x-acs-date'] ?? '',
  };
}

const maxNonceLength = 256;

function checkNonce(nonce: string, name: string): string {
  if (nonce.length <= maxNonceLength) return nonce;
  throw invalidParameterError(name, `It has at most ${maxNonceLength} characters.`);
}

/** Parses `yyyy-MM-ddTHH:mm:ssZ` to epoch ms. Throws `RdsError` for another form and for a time that does not exist. */
function parseTimestamp(text: string): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  const message =
    'Specified time stamp or date value is not well formatted. Its form is yyyy-MM-ddTHH:mm:ssZ.';
  throw new RdsError(400, 'InvalidTimeStamp.Format', message);
}
