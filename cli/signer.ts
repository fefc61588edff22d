import type { Endpoint } from './endpoint.ts';
import { CommandError } from './errors.ts';

export type Headers = Record<string, string>;

/** Adds the headers of a signature to those of a POST request to a path of the endpoint, with this body. */
export type Sign = (url: URL, headers: Headers, body: string) => Promise<Headers>;

const anyCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Creates a function that signs requests to the endpoint by AWS Signature Version 4: with the AWS credentials of the
 * environment, or with any if the endpoint is on this machine. Signing throws `CommandError` if there are no credentials.
 */
export async function createSigner({ isLocal, service, region }: Endpoint): Promise<Sign> {
  // Load them only here, because they take longer to load than everything else at the start.
  const { Sha256 } = await import('@smithy/core/checksum');
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const signature = new SignatureV4({
    service,
    region,
    credentials: isLocal ? anyCredentials : await findCredentials(),
    sha256: Sha256,
  });
  return async ({ protocol, hostname, host, pathname: path }, headers, body) => {
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
      throw new CommandError(
        `no AWS credentials: ${cause.message}`,
        'sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
        { cause },
      );
    });
    // `fetch` sets this header itself, and accepts it from no caller.
    const { host: _, ...sent } = signed.headers;
    return sent;
  };
}

async function findCredentials() {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider();
}
