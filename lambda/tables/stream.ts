import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard as SdkShard,
  type _Record as SdkRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';

export interface Shard {
  readonly id: string;
  readonly parent: string | undefined;
}

export interface Stream {
  /** Epoch ms. */
  readonly createdAt: number;
  /** Every write of the table makes a record: not while the stream is being switched on or off. */
  readonly enabled: boolean;
  readonly shards: readonly Shard[];
}

type SdkItem = Record<string, AttributeValue>;

export interface StreamRecord {
  /** A decimal number of any length. */
  readonly sequence: string;
  /** Epoch seconds, rounded down: streams know no finer time. */
  readonly second: number;
  readonly keys: SdkItem;
  readonly oldImage: SdkItem | undefined;
  readonly newImage: SdkItem | undefined;
}

export interface StreamPage {
  readonly records: readonly StreamRecord[];
  /** True if the shard is closed and this was its last page. */
  readonly closed: boolean;
}

/** The stream no longer holds what was asked for (trimmed, or gone). */
export class StreamGap extends Error {}

/** A position before a shard's first record. */
export const fromStart = 'start';

/** Throws `StreamGap` if there is no such stream. */
export async function describeStream(streams: DynamoDBStreamsClient, arn: string): Promise<Stream> {
  const shards: SdkShard[] = [];
  let last: string | undefined;
  let createdAt = 0;
  let enabled = true;
  do {
    const { StreamDescription: page } = await orGap(() =>
      streams.send(
        new DescribeStreamCommand({
          StreamArn: arn,
          Limit: 100,
          ...(last && { ExclusiveStartShardId: last }),
        }),
      ),
    );
    shards.push(...(page?.Shards ?? []));
    createdAt = page?.CreationRequestDateTime?.getTime() ?? createdAt;
    enabled = page?.StreamStatus === 'ENABLED';
    last = page?.LastEvaluatedShardId;
  } while (last !== undefined);
  return {
    createdAt,
    enabled,
    shards: shards.map((shard) => ({ id: String(shard.ShardId), parent: shard.ParentShardId })),
  };
}

/**
 * A shard's pages from behind a position, without end while the shard is open: an open shard may answer empty pages
 * although records follow. Throws `StreamGap` if the position is trimmed.
 */
export async function* readShard(
  streams: DynamoDBStreamsClient,
  arn: string,
  shard: string,
  position: string,
): AsyncGenerator<StreamPage> {
  const at =
    position === fromStart
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position } as const);
  const start = await orGap(() =>
    streams.send(new GetShardIteratorCommand({ StreamArn: arn, ShardId: shard, ...at })),
  );
  let iterator = start.ShardIterator;
  while (iterator !== undefined) {
    const current: string = iterator;
    const page = await orGap(() =>
      streams.send(new GetRecordsCommand({ ShardIterator: current, Limit: 1000 })),
    );
    iterator = page.NextShardIterator;
    yield { records: (page.Records ?? []).map(toRecord), closed: iterator === undefined };
  }
}

/** Throws `RecordNotUnderstood` for a record that does not say what was before and after. */
function toRecord({ eventName, dynamodb: change }: SdkRecord): StreamRecord {
  const { SequenceNumber, ApproximateCreationDateTime, Keys, OldImage, NewImage } = change ?? {};
  const whole =
    (eventName === 'INSERT' && NewImage !== undefined) ||
    (eventName === 'MODIFY' && NewImage !== undefined && OldImage !== undefined) ||
    (eventName === 'REMOVE' && OldImage !== undefined);
  if (
    !whole ||
    SequenceNumber === undefined ||
    ApproximateCreationDateTime === undefined ||
    Keys === undefined
  ) {
    throw new TidemarkError('RecordNotUnderstood', 'a stream record lacks its images, keys, time or number');
  }
  return {
    sequence: SequenceNumber,
    second: Math.floor(ApproximateCreationDateTime.getTime() / 1000),
    keys: Keys,
    oldImage: eventName === 'INSERT' ? undefined : OldImage,
    newImage: eventName === 'REMOVE' ? undefined : NewImage,
  };
}

async function orGap<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (isServiceError(cause, 'TrimmedDataAccessException', 'ResourceNotFoundException')) {
      throw new StreamGap('the stream no longer holds the changes since the last snapshot', { cause });
    }
    throw cause;
  }
}
