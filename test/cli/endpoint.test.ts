import { describe, expect, it } from 'vitest';
import { chooseEndpoint } from '../../cli/endpoint.ts';

describe('chooseEndpoint', () => {
  const execute = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod';

  it.each([
    [{}, {}, 'http://127.0.0.1:4100', 'dynamodb', 'us-east-1', true],
    [{}, { TIDEMARK_ENDPOINT_URL: '' }, 'http://127.0.0.1:4100', 'dynamodb', 'us-east-1', true],
    [{}, { TIDEMARK_ENDPOINT_URL: execute }, execute, 'execute-api', 'eu-west-1', false],
    [
      { 'endpoint-url': 'http://localhost:1' },
      { TIDEMARK_ENDPOINT_URL: execute },
      'http://localhost:1',
      'dynamodb',
      'us-east-1',
      true,
    ],
    [{ 'endpoint-url': 'http://[::1]:1' }, {}, 'http://[::1]:1', 'dynamodb', 'us-east-1', true],
    [{ 'endpoint-url': execute, region: 'eu-north-1' }, {}, execute, 'execute-api', 'eu-north-1', false],
    [
      { 'endpoint-url': 'https://example.com' },
      { AWS_REGION: 'eu-south-1' },
      'https://example.com',
      'dynamodb',
      'eu-south-1',
      false,
    ],
    [
      { 'endpoint-url': 'https://example.com' },
      { AWS_DEFAULT_REGION: 'eu-south-2' },
      'https://example.com',
      'dynamodb',
      'eu-south-2',
      false,
    ],
    // A name that only looks like a name of this machine.
    [
      { 'endpoint-url': 'http://localhost.example.com', region: 'r' },
      {},
      'http://localhost.example.com',
      'dynamodb',
      'r',
      false,
    ],
  ] as const)(
    'chooses for the options %j in the environment %j the endpoint %s',
    (options, env, name, service, region, isLocal) => {
      expect(chooseEndpoint(options, env)).toEqual({ url: new URL(name), name, service, region, isLocal });
    },
  );
});
