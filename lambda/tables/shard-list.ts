import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Clock } from '../runtime/clock.ts';
import { checkClock } from './clock-skew.ts';
import { describeStream, type Stream } from './stream.ts';

/**
 * Keeps the list of a stream's shards for one invocation. DynamoDB answers 10 DescribeStream a second for all streams of an
 * account, so the list is read once, and again only for shards that are not in it yet.
 */
export class ShardList {
  readonly arn: string;
  readonly #streams: DynamoDBStreamsClient;
  #known: Stream | undefined;

  constructor(streams: DynamoDBStreamsClient, arn: string) {
    this.arn = arn;
    this.#streams = streams;
  }

  /** Describes the stream, as it was when it was asked first or last. Throws `StreamGap` if the stream is gone. */
  async describe(): Promise<Stream> {
    return this.#known ?? this.refresh();
  }

  /** Asks DynamoDB again. Throws `StreamGap` if the stream is gone. */
  async refresh(): Promise<Stream> {
    this.#known = await describeStream(this.#streams, this.arn);
    return this.#known;
  }

  /** Asks DynamoDB, and throws `ClockSkewTooLarge` if our clock is ahead of its answer's time. Throws `StreamGap` if the stream is gone. */
  async checkClock({ now }: Pick<Clock, 'now'>): Promise<void> {
    const askedAt = now();
    const { answer } = await this.refresh();
    checkClock('the step that reads the stream', askedAt, answer);
  }
}
