import { JsonCodec2, JsonShapeDeserializer2 } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { fromBase64 } from '@smithy/core/serde';
import { parseJson } from './parse-json.ts';

type Schema = Parameters<JsonShapeDeserializer2['read']>[0];

/**
 * Decodes the answers of DynamoDB and of its streams for the SDK. The SDK's own decoder reads two kinds of attribute names
 * wrongly: names with escapes, because it parses with `JSON.parse` (see `parse-json.ts`), and `__proto__`, whose value it
 * loses (measured on version 3.1162). Requests are encoded by the codec that this one is made from.
 */
export class ItemCodec extends JsonCodec2 {
  readonly #requests: JsonCodec2;

  constructor(requests: JsonCodec2) {
    super(requests.settings);
    this.#requests = requests;
  }

  override createSerializer(): ReturnType<JsonCodec2['createSerializer']> {
    return this.#requests.createSerializer();
  }

  override createDeserializer(): ReturnType<JsonCodec2['createDeserializer']> {
    return new ItemDeserializer(this.settings);
  }
}

class ItemDeserializer extends JsonShapeDeserializer2 {
  /** The protocol passes on the whole body, or text. */
  override async read(schema: Schema, data: string | Uint8Array): Promise<unknown> {
    const text = typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return text.length === 0 ? {} : this._read(schema, parseJson(text.toString()));
  }

  protected override _read(schema: Schema, value: unknown): unknown {
    const shape = NormalizedSchema.of(schema);
    if (isAttributeValue(shape)) decodeBinaries(value);
    else if (shape.isMapSchema() && isAttributeValue(shape.getValueSchema())) decodeMembers(value);
    // The body of an error is read as a document first, and by its members' schemas then.
    else if (!shape.isDocumentSchema()) return super._read(shape, value);
    return value;
  }
}

function isAttributeValue(shape: NormalizedSchema): boolean {
  return shape.isStructSchema() && shape.getName() === 'AttributeValue';
}

/** Replaces the base64 texts in an attribute value by their bytes. Never assigns a member by an attribute's name. */
function decodeBinaries(value: unknown): void {
  if (!isObject(value)) return;
  const { B, BS, M, L } = value;
  if (typeof B === 'string') value['B'] = fromBase64(B);
  if (Array.isArray(BS)) value['BS'] = BS.map((member) => fromBase64(String(member)));
  if (Array.isArray(L)) L.forEach(decodeBinaries);
  decodeMembers(M);
}

function decodeMembers(map: unknown): void {
  if (isObject(map)) Object.values(map).forEach(decodeBinaries);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
