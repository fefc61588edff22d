import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { createDynamodbClient } from '../../../lambda/item/clients.ts';

/** Answers a command. `input` is as DynamoDB would get it: attribute values are marshalled. Throws the service's errors. */
export type Answer = (command: string, input: object) => Promise<object>;

const config = {
  region: 'us-east-1',
  endpoint: 'http://simulated',
  credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
};

const deserializer = 'deserializerMiddleware';

/** Creates an SDK client whose commands are answered here, each with the service's time. It sends, signs and retries nothing. */
export function createSimulatedDynamodb(answer: Answer, now: () => number): DynamoDBClient {
  const client = createDynamodbClient(config);
  const { middlewareStack } = client;
  for (const name of ['retryMiddleware', 'httpSigningMiddleware', deserializer]) middlewareStack.remove(name);
  // Takes the place of the deserializer, so that the document client turns its output into plain values.
  middlewareStack.add(
    (_next, context) => async (args) => {
      const command = String(context['commandName']).replace(/Command$/, '');
      const output = await answer(command, args.input);
      const headers = { date: new Date(now()).toUTCString() };
      return { output: { $metadata: {}, ...output }, response: { headers } };
    },
    { name: deserializer, step: 'deserialize' },
  );
  return client;
}

/** Creates a client of DynamoDB Streams whose commands are answered here. */
export function createSimulatedStreams(answer: (command: object) => Promise<object>): DynamoDBStreamsClient {
  const client: Pick<DynamoDBStreamsClient, 'send'> = { send: answer };
  return client as DynamoDBStreamsClient;
}
