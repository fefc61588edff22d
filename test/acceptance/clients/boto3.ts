import {
  type Calls,
  type Client,
  type Operation,
  parseAnswer,
  placeOf,
  ServiceError,
  urlAt,
} from '../client.ts';
import type { Endpoint } from '../endpoint.ts';
import { startPython } from './python.ts';

type Answer = { readonly output: unknown } | { readonly exception: string; readonly message: string };

/** Creates a client that runs boto3 in a Python process. */
export function createBoto3Client(python: string, endpoint: Endpoint): Client {
  const { url, tablesUrl, signingName, env } = endpoint;
  const ask = startPython(python, 'boto3_client.py', {
    ...env,
    ...(tablesUrl !== undefined && { TABLES_URL: tablesUrl }),
    ...(signingName !== undefined && { SIGNING_NAME: signingName }),
  });
  return {
    name: 'boto3',
    async call<K extends Operation>(operation: K, input: Calls[K][0], path?: string): Promise<Calls[K][1]> {
      const call = { place: placeOf(operation), url: urlAt(url, path), operation, input };
      const answer = parseAnswer(await ask(call)) as Answer;
      if ('exception' in answer) throw new ServiceError(answer.exception, answer.message);
      return answer.output as Calls[K][1];
    },
  };
}
