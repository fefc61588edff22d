import { CommandError, UsageError } from './errors.ts';

/** The endpoint that a command calls. */
export interface Endpoint {
  readonly url: URL;
  /** The URL as it was given, for messages. */
  readonly name: string;
  /** True if the endpoint is on this machine, where any credentials are accepted. */
  readonly isLocal: boolean;
  /** Service that requests are signed for. */
  readonly service: 'execute-api' | 'dynamodb';
  readonly region: string;
}

const defaultEndpoint = 'http://127.0.0.1:4100';
const localHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Chooses the endpoint that the options name, else the environment's, else that of `npm start`. Throws `UsageError` if it is
 * not a URL, `CommandError` if its region is unknown.
 */
export function chooseEndpoint(
  options: { readonly 'endpoint-url'?: string; readonly region?: string },
  env: NodeJS.ProcessEnv,
): Endpoint {
  const name = options['endpoint-url'] ?? (env['TIDEMARK_ENDPOINT_URL'] || defaultEndpoint);
  if (!URL.canParse(name) || !/^https?:/i.test(name)) {
    throw new UsageError(`the endpoint must be a URL that starts with http:// or https://, not ${name}`);
  }
  const url = new URL(name);
  const isLocal = localHosts.has(url.hostname);
  const [, service, regionInHost] = /\.(execute-api|dynamodb)\.([a-z0-9-]+)\./.exec(`.${url.hostname}`) ?? [];
  const region = options.region ?? regionInHost ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION']);
  if (region === undefined && !isLocal) {
    throw new CommandError(`the region of ${name} is unknown`, 'set --region or AWS_REGION');
  }
  return {
    url,
    name,
    isLocal,
    service: service === 'execute-api' ? service : 'dynamodb',
    region: region ?? 'us-east-1',
  };
}
