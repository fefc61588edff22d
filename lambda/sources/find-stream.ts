import { describeStream, type Stream, StreamGap } from '../tables/stream.ts';
import { enableStream, isDeleted, type Table } from '../tables/table.ts';
import { enablingMs } from './limits.ts';
import type { SourceRequest, SourceServices, TableStream } from './source.ts';

/**
 * Finds the table's stream, and enables one if there is none and the configuration says so. `wait`: Tidemark or somebody
 * else is enabling it.
 */
export async function findStream(
  services: Pick<SourceServices, 'clock' | 'config' | 'dynamodb' | 'streams'>,
  { table, requestedAt }: SourceRequest,
): Promise<TableStream | undefined | 'wait'> {
  const { streamArn: arn } = table;
  if (arn === undefined)
    return isDeleted(table) ? undefined : enableMissingStream(services, table, requestedAt);
  const stream = await describeUnlessGone(services.streams, arn);
  // The stream of a deleted table is disabled, and readable for a day. No new records come into it.
  if (isDeleted(table)) return stream && { arn, createdAt: stream.createdAt };
  // While a stream is being enabled, a write may leave no record, and a scan that begins now could not be corrected.
  if (stream?.enabled === false) return 'wait';
  return stream && { arn, createdAt: stream.createdAt };
}

async function enableMissingStream(
  { clock, config, dynamodb }: Pick<SourceServices, 'clock' | 'config' | 'dynamodb'>,
  { identity, description, status }: Table,
  requestedAt: number,
): Promise<'wait' | undefined> {
  const hasOther = description.stream?.StreamEnabled === true;
  if (config.missingStream === 'refuse' || hasOther) return undefined;
  if (status === 'ACTIVE') await enableStream(dynamodb, identity.name);
  // Somebody may disable the stream again and again. A stream that is enabled this late could not correct a scan, either.
  return clock.now() - requestedAt < enablingMs ? 'wait' : undefined;
}

/** Describes the stream; undefined if it is gone. */
export async function describeUnlessGone(
  streams: SourceServices['streams'],
  arn: string,
): Promise<Stream | undefined> {
  try {
    return await describeStream(streams, arn);
  } catch (error) {
    if (error instanceof StreamGap) return undefined;
    throw error;
  }
}
