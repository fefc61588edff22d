import type {
  GlobalSecondaryIndexInfo,
  KeySchemaElement,
  LocalSecondaryIndexInfo,
  OnDemandThroughput,
  Projection,
  ProvisionedThroughput,
} from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { maximaOf } from './target-throughput.ts';

/** A description's settings as texts for people, by the setting's name. */
type Settings = ReadonlyMap<string, string>;

/**
 * Lists, as texts for people, the differences between a restored table and its description: each setting that a restore
 * makes, except deletion protection, which is switched on after this check. A setting that the promised description lacks
 * may have any value.
 */
export function findDifferences(promised: TableDescription, actual: TableDescription): string[] {
  const [wanted, present] = [describeSettings(promised), describeSettings(actual)];
  const different = [...wanted].filter(([name, value]) => present.get(name) !== value);
  const unasked = [...present.keys()].filter((name) => name.startsWith('index ') && !wanted.has(name));
  return [
    ...different.map(([name, value]) => `${name}: ${present.get(name) ?? 'none'} instead of ${value}`),
    ...unasked.map((name) => `${name}: not requested`),
  ];
}

function describeSettings(table: TableDescription): Settings {
  const { billingMode, onDemandThroughput, stream, timeToLive, tableClass, sse } = table;
  const isProvisioned = billingMode === 'PROVISIONED';
  const settings: (readonly [string, string | undefined])[] = [
    ['key', describeKey(table.keySchema, table)],
    ['billing mode', billingMode],
    ['throughput', isProvisioned ? describeThroughput(table.provisionedThroughput) : undefined],
    ['throughput maxima', describeMaxima(onDemandThroughput)],
    ...table.localSecondaryIndexes.flatMap((index) => describeIndex(index, table)),
    ...table.globalSecondaryIndexes.flatMap((index) => describeGlobalIndex(index, table)),
    ['stream', stream?.StreamEnabled === true ? stream.StreamViewType : undefined],
    ['time to live', isOn(timeToLive?.TimeToLiveStatus) ? timeToLive?.AttributeName : undefined],
    ['table class', tableClass],
    // A request may name the key by an alias, so only whether there is a key of KMS is compared.
    ['encryption', sse?.SSEType],
  ];
  return new Map(settings.filter((setting): setting is [string, string] => setting[1] !== undefined));
}

function describeGlobalIndex(
  index: GlobalSecondaryIndexInfo,
  table: TableDescription,
): (readonly [string, string | undefined])[] {
  const name = `index ${index.IndexName}`;
  const isProvisioned = table.billingMode === 'PROVISIONED';
  return [
    ...describeIndex(index, table),
    [`${name}, throughput`, isProvisioned ? describeThroughput(index.ProvisionedThroughput) : undefined],
    [`${name}, throughput maxima`, describeMaxima(index.OnDemandThroughput)],
  ];
}

function describeIndex(
  { IndexName, KeySchema, Projection }: LocalSecondaryIndexInfo,
  table: TableDescription,
): (readonly [string, string])[] {
  return [[`index ${IndexName}`, `${describeKey(KeySchema, table)}, ${describeProjection(Projection)}`]];
}

function describeKey(
  keys: readonly KeySchemaElement[] = [],
  { attributeDefinitions: definitions }: TableDescription,
): string {
  const typeOf = (name: string | undefined) =>
    definitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  return keys.map(({ AttributeName: name, KeyType }) => `${KeyType} ${name} (${typeOf(name)})`).join(' ');
}

function describeProjection(projection: Projection | undefined): string {
  const { ProjectionType, NonKeyAttributes = [] } = projection ?? {};
  return [ProjectionType, ...NonKeyAttributes.toSorted()].join(' ');
}

function describeThroughput(throughput: ProvisionedThroughput | undefined): string {
  const { ReadCapacityUnits: read = 0, WriteCapacityUnits: write = 0 } = throughput ?? {};
  return `${read} read and ${write} write units`;
}

function describeMaxima(throughput: OnDemandThroughput | undefined): string | undefined {
  const maxima = maximaOf(throughput);
  return (
    maxima &&
    `${maxima.MaxReadRequestUnits ?? 'any'} read and ${maxima.MaxWriteRequestUnits ?? 'any'} write units`
  );
}

function isOn(status: string | undefined): boolean {
  return status === 'ENABLED' || status === 'ENABLING';
}
