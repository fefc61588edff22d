import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, type DynamoDBStreamsClientConfig } from '@aws-sdk/client-dynamodb-streams';

/**
 * Creates a client of DynamoDB without the SDK's logging middleware. There is no logger, yet the middleware prepares every
 * input and output for one, which takes a tenth of the CPU time of a restore (measured with `node --cpu-prof cli/demo.ts`,
 * SDK 3.1162). And a log must not hold item content.
 */
export function createDynamodbClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient(config);
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** Creates a client of DynamoDB Streams, also without that middleware. */
export function createStreamsClient(config: DynamoDBStreamsClientConfig = {}): DynamoDBStreamsClient {
  const client = new DynamoDBStreamsClient(config);
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
