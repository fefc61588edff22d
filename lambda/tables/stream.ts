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
import { followPages } from '../runtime/follow-pages.ts';

export interface Shard {
  readonly id: string;
  readonly parent: string | undefined;
}

export interface Stream {
  /** Epoch ms. */
  readonly createdAt: number;
  /** True if every write to the table makes a record. While the stream is being enabled or disabled, some may not. */
  readonly enabled: boolean;
  /** True if the stream is DISABLED: all its shards are closed, and there will be no new ones. */
  readonly ended: boolean;
  readonly shards: readonly Shard[];
  /** The first answer, which says DynamoDB's time. */
  readonly answer: object;
}

type SdkItem = Record<string, AttributeValue>;

export interface StreamRecord {
  /** 1 to 40 digits, perhaps with zeros in front. It orders the changes of one key, and names a position in the shard. */
  readonly sequence: string;
  /** Epoch seconds, rounded down, because streams have no finer time. */
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

/** The stream no longer holds the records that are needed: they were trimmed, or the stream is gone. */
export class StreamGap extends Error {}

/** A position before a shard's first record. */
export const fromStart = 'start';

/**
 * Describes a stream with all its shards. The SDK has no paginator for it. Throws `StreamGap` if there is no such stream,
 * `ServiceAnswerInvalid` if the list of shards has no end.
 */
export async function describeStream(streams: DynamoDBStreamsClient, arn: string): Promise<Stream> {
  const shards: SdkShard[] = [];
  let createdAt = 0;
  let status: string | undefined;
  let first: object | undefined;
  const pages = followPages(
    'DescribeStream',
    (last: string | undefined) =>
      detectGap(() =>
        streams.send(
          new DescribeStreamCommand({
            StreamArn: arn,
            Limit: 100,
            ...(last && { ExclusiveStartShardId: last }),
          }),
        ),
      ),
    ({ StreamDescription: page }) => page?.LastEvaluatedShardId,
  );
  for await (const answer of pages) {
    const { StreamDescription: page } = answer;
    first ??= answer;
    shards.push(...(page?.Shards ?? []));
    createdAt = page?.CreationRequestDateTime?.getTime() ?? createdAt;
    status = page?.StreamStatus;
  }
  return {
    createdAt,
    enabled: status === 'ENABLED',
    ended: status === 'DISABLED',
    shards: shards.map((shard) => ({ id: String(shard.ShardId), parent: shard.ParentShardId })),
    answer: first ?? {},
  };
}

/**
 * Reads a shard's pages after a position. It never ends while the shard is open: an open shard may return empty pages
 * although records follow. Throws `StreamGap` if the position was trimmed.
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
  const start = await detectGap(() =>
    streams.send(new GetShardIteratorCommand({ StreamArn: arn, ShardId: shard, ...at })),
  );
  let iterator = start.ShardIterator;
  while (iterator !== undefined) {
    const current: string = iterator;
    const page = await detectGap(() =>
      streams.send(new GetRecordsCommand({ ShardIterator: current, Limit: 1000 })),
    );
    iterator = page.NextShardIterator;
    yield { records: (page.Records ?? []).map(toRecord), closed: iterator === undefined };
  }
}

/** DynamoDB documents 21 to 40 digits; the streams of other databases have fewer. */
export const sequenceNumber = /^\d{1,40}$/;

/** Checks a record. Throws `RecordNotUnderstood` if it lacks the image before or after, its keys, time or number. */
function toRecord({ eventName, dynamodb: change }: SdkRecord): StreamRecord {
  const { SequenceNumber, ApproximateCreationDateTime, Keys, OldImage, NewImage } = change ?? {};
  const whole =
    (eventName === 'INSERT' && NewImage !== undefined) ||
    (eventName === 'MODIFY' && NewImage !== undefined && OldImage !== undefined) ||
    (eventName === 'REMOVE' && OldImage !== undefined);
  if (
    !whole ||
    !sequenceNumber.test(SequenceNumber ?? '') ||
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

/** Calls DynamoDB Streams, and throws `StreamGap` if the requested records were trimmed or the stream is gone. */
async function detectGap<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (isServiceError(cause, 'TrimmedDataAccessException', 'ResourceNotFoundException')) {
      throw new StreamGap('the stream no longer holds the changes since the last snapshot', { cause });
    }
    throw cause;
  }
}
