import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { connection } from './answer-at.ts';

/** Creates a client whose calls the test answers: `answer` gets the input of each call and the command's name. */
export function createAnsweringClient(answer: (input: object, command: string) => object): DynamoDBClient {
  const client = new DynamoDBClient(connection);
  client.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => ({
        output: { $metadata: {}, ...answer(input, String(commandName)) },
        response: {},
      }),
    { step: 'initialize', priority: 'low' },
  );
  return client;
}
