import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBStreamsClient,
  type DynamoDBStreamsClientConfig,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb-streams';
import { createStreamsClient as plainClient } from '../../lambda/item/clients.ts';

interface Named {
  readonly StreamArn?: string;
  readonly ShardIterator?: string;
}

interface Answered {
  ShardIterator?: string;
  NextShardIterator?: string;
  StreamDescription?: { CreationRequestDateTime?: Date };
}

/**
 * Creates a client that rejects every stream but its table's latest, with `ResourceNotFoundException`. The embedded
 * database reads only the table's name from a stream's ARN, and its iterators name no stream at all. For a stream that no
 * longer exists, it answers with records of the stream that replaced it, so a backup would hold changes of another table.
 *
 * The client looks up the latest stream after each call. Labels never repeat: if a stream is the latest one after the call,
 * the answer came from it.
 */
export function createStreamsClient(
  dynamodb: DynamoDBClient,
  settings: DynamoDBStreamsClientConfig,
): DynamoDBStreamsClient {
  const client = plainClient(settings);
  client.middlewareStack.add(
    (next) => async (call) => {
      const { StreamArn, ShardIterator } = call.input as Named;
      const [stream, iterator] = ShardIterator?.split(' ') ?? [StreamArn];
      if (stream === undefined) return next(call);
      const answer = await next(
        iterator === undefined ? call : { ...call, input: { ...call.input, ShardIterator: iterator } },
      );
      await checkLatest(dynamodb, stream);
      nameStream(answer.output as Answered, stream);
      correctStreamTime(answer.output as Answered, stream);
      return answer;
    },
    { step: 'initialize', name: 'latestStreamOnly' },
  );
  return client;
}

/** Puts the stream's ARN into the iterators, for the next call. */
function nameStream(answer: Answered, stream: string): void {
  if (answer.ShardIterator !== undefined) answer.ShardIterator = `${stream} ${answer.ShardIterator}`;
  if (answer.NextShardIterator !== undefined) {
    answer.NextShardIterator = `${stream} ${answer.NextShardIterator}`;
  }
}

/**
 * Corrects the creation time of a stream: the embedded database returns that of the table. The label of a stream is its
 * time in epoch seconds. The labels of other databases are written dates, and their answers are right.
 */
function correctStreamTime({ StreamDescription: described }: Answered, stream: string): void {
  const seconds = Number(stream.slice(stream.lastIndexOf('/') + 1));
  if (described !== undefined && Number.isFinite(seconds))
    described.CreationRequestDateTime = new Date(seconds * 1000);
}

/** Throws unless the stream is its table's latest. Its ARN is `<table ARN>/stream/<label>`, and the table's ARN ends with the name. */
async function checkLatest(dynamodb: DynamoDBClient, stream: string): Promise<void> {
  const name = stream.split('/')[1];
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
  if (Table?.LatestStreamArn === stream) return;
  throw new ResourceNotFoundException({ message: `Stream: ${stream} not found`, $metadata: {} });
}
