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
 * A client that refuses a stream which is not its table's latest. The embedded database looks only at the table's name
 * in a stream's ARN, and its iterators do not name a stream at all: asked for a stream that is gone it answers from the
 * one that took its place, and a backup would hold changes that are not its table's.
 *
 * Throws `ResourceNotFoundException`, as for a stream that was never there. Asked after each call: labels do not come
 * again, so a stream that is still the latest then was the one that answered.
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
      dateStream(answer.output as Answered, stream);
      return answer;
    },
    { step: 'initialize', name: 'latestStreamOnly' },
  );
  return client;
}

/** An iterator carries its stream's ARN, for the next call. */
function nameStream(answer: Answered, stream: string): void {
  if (answer.ShardIterator !== undefined) answer.ShardIterator = `${stream} ${answer.ShardIterator}`;
  if (answer.NextShardIterator !== undefined) {
    answer.NextShardIterator = `${stream} ${answer.NextShardIterator}`;
  }
}

/**
 * The embedded database gives the table's creation for the stream's; the label of a stream is its own time, in epoch seconds.
 * Of another database the labels are dates in words, and its answers are right.
 */
function dateStream({ StreamDescription: described }: Answered, stream: string): void {
  const seconds = Number(stream.slice(stream.lastIndexOf('/') + 1));
  if (described !== undefined && Number.isFinite(seconds))
    described.CreationRequestDateTime = new Date(seconds * 1000);
}

/** `<table ARN>/stream/<label>`; the table's ARN ends with its name. */
async function checkLatest(dynamodb: DynamoDBClient, stream: string): Promise<void> {
  const name = stream.split('/')[1];
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
  if (Table?.LatestStreamArn === stream) return;
  throw new ResourceNotFoundException({ message: `Stream: ${stream} not found`, $metadata: {} });
}
