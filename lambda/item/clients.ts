import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, type DynamoDBStreamsClientConfig } from '@aws-sdk/client-dynamodb-streams';
import { JsonCodec2 } from '@smithy/core/protocols';
import { nameUnreadableAnswers, outermost } from '../runtime/service-answers.ts';
import { outsideDeserializer, rememberAnswerTimes } from './answer-time.ts';
import { ItemCodec } from './item-codec.ts';

type ProtocolSettings = NonNullable<DynamoDBClientConfig['protocolSettings']>;

/**
 * Creates a client of DynamoDB that reads every attribute name correctly (see `ItemCodec`), and has no logging middleware.
 * Even without a logger, the SDK's middleware prepares every input and output for one, which takes a tenth of the CPU time
 * of a restore (measured with `node --cpu-prof cli/demo.ts`, SDK 3.1162). And a log must not hold item content.
 */
export function createDynamodbClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const { protocolSettings } = new DynamoDBClient({ region: 'none' }).config;
  const client = new DynamoDBClient({ ...config, protocolSettings: withItemCodec(protocolSettings) });
  client.middlewareStack.remove('loggerMiddleware');
  client.middlewareStack.add(nameUnreadableAnswers, outermost);
  client.middlewareStack.add(rememberAnswerTimes, outsideDeserializer);
  return client;
}

/** Creates a client of DynamoDB Streams in the same way. */
export function createStreamsClient(config: DynamoDBStreamsClientConfig = {}): DynamoDBStreamsClient {
  const { protocolSettings } = new DynamoDBStreamsClient({ region: 'none' }).config;
  const client = new DynamoDBStreamsClient({ ...config, protocolSettings: withItemCodec(protocolSettings) });
  client.middlewareStack.remove('loggerMiddleware');
  client.middlewareStack.add(nameUnreadableAnswers, outermost);
  client.middlewareStack.add(rememberAnswerTimes, outsideDeserializer);
  return client;
}

/** Timestamps are epoch seconds in the protocol of both services. */
const epochSeconds = 7;

function withItemCodec(settings: ProtocolSettings | undefined): ProtocolSettings {
  const jsonCodec = settings?.['jsonCodec'];
  const requests =
    jsonCodec instanceof JsonCodec2
      ? jsonCodec
      : new JsonCodec2({ timestampFormat: { useTrait: true, default: epochSeconds }, jsonName: false });
  return { ...settings, jsonCodec: new ItemCodec(requests) };
}
