import type { AttributeDefinition, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';

/** A table's or an index's key; the SDK's types allow for its absence. */
type KeySchema = readonly KeySchemaElement[] | undefined;

/** The definitions of just those attributes that are keys: DynamoDB refuses one that is not used. */
export function selectKeyDefinitions(
  { attributeDefinitions }: Pick<TableDescription, 'attributeDefinitions'>,
  keySchemas: readonly KeySchema[],
): AttributeDefinition[] {
  const used = new Set(keySchemas.flatMap((schema = []) => schema.map((element) => element.AttributeName)));
  return attributeDefinitions.filter((definition) => used.has(definition.AttributeName));
}
