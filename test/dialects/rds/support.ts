import captures from './captures.json' with { type: 'json' };
import type { AccessKey } from '../../../lambda/dialects/access-keys.ts';
import type { HttpRequest, HttpResponse } from '../../../lambda/dialects/http.ts';
import { authenticate } from '../../../lambda/dialects/rds/authenticate.ts';
import { readCall } from '../../../lambda/dialects/rds/call.ts';
import { percentEncode } from '../../../lambda/dialects/rds/percent-encode.ts';
import { readParameters } from '../../../lambda/dialects/rds/parameters.ts';
import { hashOf, signV3, buildStringToSignV3 } from '../../../lambda/dialects/rds/sign-v3.ts';
import { signV1, buildStringToSignV1 } from '../../../lambda/dialects/rds/sign-v1.ts';

/** A request as an official client sent it to a local server. */
export type Capture = (typeof captures)[number];

export { captures };

/** The key that signed the captures. */
export const testKey: AccessKey = {
  id: 'testkey',
  secrets: ['testsecret'],
  groups: ['*'],
  verbs: ['read', 'backup', 'restore', 'delete'],
};

/** The address of the server that captured the requests. */
export const address = '127.0.0.1:18101';

export function toRequest({ method, target, headers, body }: Omit<Capture, 'name' | 'client'>): HttpRequest {
  const [path = '/', query = ''] = target.split('?');
  return {
    method,
    path,
    query,
    headers: Object.fromEntries(headers.map(([name = '', value = '']) => [name.toLowerCase(), value])),
    body: Buffer.from(body),
    address,
    isSecure: false,
  };
}

/** Returns the time that a request states, epoch ms. */
export function timeOf({ query, headers, body }: HttpRequest): number {
  const parameters = new URLSearchParams(`${query}&${Buffer.from(body).toString()}`);
  return Date.parse(headers['x-acs-date'] ?? parameters.get('Timestamp') ?? '');
}

/** Creates a verifier at a time, which may move, with its own memory of nonces. */
export function createVerifier(
  now: number | (() => number),
  keys: readonly AccessKey[] = [testKey],
): (request: HttpRequest) => Promise<AccessKey> {
  const clock = { now: typeof now === 'number' ? () => now : now };
  const used = new Map<string, number>();
  return (request) =>
    authenticate(
      {
        keys: async () => keys,
        clock,
        useNonce: async ({ user, nonce, until }) => {
          const key = JSON.stringify([user, nonce]);
          if ((used.get(key) ?? -1) >= clock.now()) return false;
          used.set(key, until);
          return true;
        },
      },
      readCall(request),
    );
}

export interface SigningOptions {
  readonly style?: 'V1 query' | 'V1 form' | 'V3';
  readonly format?: 'JSON' | 'XML';
  readonly now?: number;
  readonly key?: { readonly id: string; readonly secret: string };
  readonly nonce?: string;
}

let nonces = 0;

/** Makes a signed request as a client does. */
export function sign(
  action: string,
  parameters: Readonly<Record<string, string>>,
  {
    style = 'V1 query',
    format = 'JSON',
    now = Date.now(),
    key = { id: 'testkey', secret: 'testsecret' },
    nonce = `nonce-${nonces++}`,
  }: SigningOptions = {},
): HttpRequest {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const base = { method: 'POST', path: '/', query: '', headers: { host: address }, address, isSecure: false };
  if (style === 'V3') {
    const headers = {
      host: address,
      'x-acs-action': action,
      'x-acs-content-sha256': hashOf(''),
      'x-acs-date': time,
      'x-acs-signature-nonce': nonce,
      'x-acs-version': '2014-08-15',
    };
    const request = { ...base, query: encode(parameters), headers, body: new Uint8Array() };
    const signedHeaders = Object.keys(headers);
    const text = buildStringToSignV3(request, { keyId: key.id, signedHeaders, signature: '' }, address);
    const authorization = `ACS3-HMAC-SHA256 Credential=${key.id},SignedHeaders=${signedHeaders.join(';')},Signature=${signV3(key.secret, text)}`;
    return { ...request, headers: { ...headers, authorization } };
  }
  const all = {
    ...parameters,
    Action: action,
    Version: '2014-08-15',
    Format: format,
    AccessKeyId: key.id,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: nonce,
    Timestamp: time,
  };
  const Signature = signV1(key.secret, buildStringToSignV1('POST', readParameters(encode(all), '')));
  const text = encode({ ...all, Signature });
  if (style === 'V1 query') return { ...base, query: text, body: new Uint8Array() };
  const headers = { ...base.headers, 'content-type': 'application/x-www-form-urlencoded' };
  return { ...base, headers, body: Buffer.from(text) };
}

function encode(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
}

export interface RdsAnswer {
  readonly status: number;
  readonly type: string;
  /** Returns the members of an answer in JSON. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** Parses an answer. An answer in XML has no members, only a text. */
export function readAnswer({ status, headers, body }: HttpResponse): RdsAnswer {
  const text = body.toString();
  const type = headers['content-type'] ?? '';
  const isJson = type.startsWith('application/json');
  return { status, type, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
