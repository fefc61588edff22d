import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Endpoint } from './endpoint.ts';
import { Trouble } from './trouble.ts';

export type Headers = Record<string, string>;

/** Adds the headers that prove who asks, for one POST of this body to the endpoint. */
export type Sign = (headers: Headers, body: string) => Promise<Headers>;

const anyCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Signatures of version 4 for an endpoint: with the AWS credentials of the surroundings, or for one on this machine with
 * any. Signing throws `Trouble` if there are no credentials.
 */
export async function signer({ url, local, service, region }: Endpoint): Promise<Sign> {
  // Loaded only now: they take longer than all else of the start.
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signature = new SignatureV4({
    service,
    region,
    credentials: local ? anyCredentials : await credentials(),
    sha256: Sha256,
  });
  const { protocol, hostname, host, pathname: path } = url;
  return async (headers, body) => {
    const request = {
      method: 'POST',
      protocol,
      hostname,
      path,
      query: {},
      headers: { ...headers, host },
      body,
    };
    const signed = await signature.sign(request).catch((cause: Error) => {
      throw new Trouble(
        `no AWS credentials: ${cause.message}`,
        'sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
        { cause },
      );
    });
    // `fetch` adds this one itself, and takes it from nobody.
    const { host: _, ...sent } = signed.headers;
    return sent;
  };
}

async function credentials() {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider();
}

/** SHA-256, or with a secret HMAC-SHA-256, as the signature takes it. */
class Sha256 {
  readonly #secret: string | Uint8Array | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Source) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
    this.#hash = this.#begin();
  }

  update(data: Source): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

type Source = string | ArrayBuffer | ArrayBufferView;

function bytesOf(data: Source): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}
