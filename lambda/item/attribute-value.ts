/**
 * An attribute value in DynamoDB's JSON: binary values are base64 text, numbers are text. Exports and the wire have this
 * form, and Tidemark stores no other.
 *
 * ```
 * the SDK's value --from-sdk.ts--> this form --canonical.ts--> one text for equal items --key-hash.ts--> place of the key
 * (binary: bytes)  <--toSdk--                  size.ts: the size in DynamoDB
 *
 * text of an item --item-scanner.ts--> canonical text, key and size at once, without parsing (plain text only)
 * ```
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

/** An item, or a map in one: attributes by name. */
export interface Item {
  readonly [name: string]: AttributeValue;
}

/** The names of a table's key attributes in key-schema order: partition key, then sort key if there is one. */
export type KeyNames = readonly [string] | readonly [string, string];
