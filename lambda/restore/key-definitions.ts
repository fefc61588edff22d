import type { AttributeDefinition, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';

/** The key of a table or an index; optional in the SDK's types. */
type KeySchema = readonly KeySchemaElement[] | undefined;

/** Selects the definitions of the attributes that are used as keys: DynamoDB rejects a definition that no key uses. */
export function selectKeyDefinitions(
  { attributeDefinitions }: Pick<TableDescription, 'attributeDefinitions'>,
  keySchemas: readonly KeySchema[],
): AttributeDefinition[] {
  const used = new Set(keySchemas.flatMap((schema = []) => schema.map((element) => element.AttributeName)));
  return attributeDefinitions.filter((definition) => used.has(definition.AttributeName));
}
