import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, type DynamoDBStreamsClientConfig } from '@aws-sdk/client-dynamodb-streams';

/**
 * The SDK's clients of DynamoDB, without the middleware that prepares every input and output for a logger that is not
 * there: it takes a tenth of the CPU time of a restore (measured with `node --cpu-prof cli/demo.ts`, SDK 3.1162), and item
 * content has no place in a log.
 */
export function createDynamodbClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient(config);
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

export function createStreamsClient(config: DynamoDBStreamsClientConfig = {}): DynamoDBStreamsClient {
  const client = new DynamoDBStreamsClient(config);
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
