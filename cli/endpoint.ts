import { Trouble, UsageError } from './trouble.ts';

/** The Tidemark to ask. */
export interface Endpoint {
  readonly url: URL;
  /** The URL as it was given, to be told to people. */
  readonly name: string;
  /** On this machine: any credentials will do. */
  readonly local: boolean;
  /** What requests are signed for. */
  readonly service: 'execute-api' | 'dynamodb';
  readonly region: string;
}

const defaultEndpoint = 'http://127.0.0.1:4100';
const localNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The endpoint that the options or else the environment name. Throws `UsageError` if it is no URL, `Trouble` if its
 * region is not known.
 */
export function endpointOf(
  options: { readonly 'endpoint-url'?: string; readonly region?: string },
  env: NodeJS.ProcessEnv,
): Endpoint {
  const name = options['endpoint-url'] ?? (env['TIDEMARK_ENDPOINT_URL'] || defaultEndpoint);
  if (!URL.canParse(name) || !/^https?:/i.test(name)) {
    throw new UsageError(`the endpoint must be a URL that begins with http:// or https://, not ${name}`);
  }
  const url = new URL(name);
  const local = localNames.has(url.hostname);
  const [, service, ofHost] = /\.(execute-api|dynamodb)\.([a-z0-9-]+)\./.exec(`.${url.hostname}`) ?? [];
  const region = options.region ?? ofHost ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION']);
  if (region === undefined && !local) {
    throw new Trouble(`the region of ${name} is not known`, 'set --region or AWS_REGION');
  }
  return {
    url,
    name,
    local,
    service: service === 'execute-api' ? service : 'dynamodb',
    region: region ?? 'us-east-1',
  };
}
