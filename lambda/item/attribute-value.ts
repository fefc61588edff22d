/**
 * Attribute values in DynamoDB's JSON: binary is base64 text, numbers are text. This is the form of exports and
 * of the wire, and the only one that Tidemark stores.
 */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly M: Item }
  | { readonly L: readonly AttributeValue[] }
  | { readonly BOOL: boolean }
  | { readonly NULL: boolean };

/** Attributes by name. */
export interface Item {
  readonly [name: string]: AttributeValue;
}

/** The names of a table's key attributes in key-schema order: partition key, then sort key if there is one. */
export type KeyNames = readonly [string] | readonly [string, string];
