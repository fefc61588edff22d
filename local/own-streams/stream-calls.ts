import { isJsonObject, type JsonObject } from '../../lambda/dialects/dynamodb/json.ts';
import { tableNameOf } from '../../lambda/model/backup-arn.ts';
import { ownStream } from '../../lambda/tables/own-stream.ts';
import { parseMembers } from '../guard/call-members.ts';
import { type Answer, invalidValues, refuseCall } from '../guard/refusal.ts';
import type { OwnStreams } from './own-streams.ts';

/**
 * Answers the calls about streams that must not reach the database, which accepts every change of a stream and shows the
 * runtime's own streams. The texts are DynamoDB's (public probes of the service). Returns undefined if the database is to
 * answer: then it can enable the stream of an UpdateTable.
 */
export async function answerStreamCall(
  streams: OwnStreams,
  operation: string,
  body: string,
): Promise<Answer | undefined> {
  if (operation === 'UpdateTable') return answerUpdate(streams, parseMembers(body));
  if (operation === 'DescribeStream' || operation === 'GetShardIterator')
    return refuseOwnStream(streams, parseMembers(body)['StreamArn']);
  return undefined;
}

async function answerUpdate(
  streams: OwnStreams,
  { TableName, StreamSpecification, ProvisionedThroughput }: JsonObject,
): Promise<Answer | undefined> {
  if (typeof TableName !== 'string' || !isJsonObject(StreamSpecification)) return undefined;
  const { StreamEnabled: enables, StreamViewType } = StreamSpecification;
  if (typeof enables !== 'boolean') return undefined;
  const name = tableNameOf(TableName);
  const table = await streams.describe(name);
  if (table === undefined) return undefined;
  const refuse = (message: string) => refuseCall('ValidationException', message);
  if (enables && StreamViewType === undefined)
    return refuse(`${invalidValues}If stream is being enabled then UpdateViewType is required`);
  if (!enables && StreamViewType !== undefined)
    return refuse(`${invalidValues}If stream is being disabled, then UpdateViewType must not be specified`);
  if (ProvisionedThroughput !== undefined)
    return refuse(`${invalidValues}You cannot modify stream status while updating table IOPS`);
  const isEnabled = table.StreamSpecification?.StreamEnabled === true;
  if (enables && isEnabled) return refuse(`Table already has an enabled stream: TableName: ${name}`);
  if (!enables && !isEnabled) return refuse(`Table has no stream to disable: TableName: ${name}`);
  await (enables ? streams.giveUp(name) : streams.remember(table));
  return undefined;
}

async function refuseOwnStream(streams: OwnStreams, arn: unknown): Promise<Answer | undefined> {
  if (typeof arn !== 'string') return undefined;
  const [, name] = /:table\/([^/]{1,255})\/stream\//.exec(arn.slice(0, 1024)) ?? [];
  const table = name === undefined ? undefined : await streams.describe(name);
  if (table?.[ownStream] !== arn) return undefined;
  return refuseCall('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
}
