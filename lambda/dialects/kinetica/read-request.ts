import { isJsonObject, type JsonObject } from '../dynamodb/json.ts';
import { parseShallowJson } from '../../item/parse-json.ts';
import type { HttpRequest } from '../http.ts';
import { AvroError, decodeAvro, type Fields, type FieldType, type RecordValue, toMap } from './avro.ts';
import { KineticaError } from './kinetica-error.ts';
import { contentTypeOf } from './wrapper.ts';

/** The maximum number of bytes of a request: enough for the names of all tables of an account, many times over. */
const maxRequestBytes = 1024 * 1024;

/** Decodes a request's record. Throws `KineticaError`. */
export function readRequest<const F extends Fields>(request: HttpRequest, fields: F): RecordValue<F> {
  const { body } = request;
  if (body.length > maxRequestBytes) {
    throw new KineticaError(`A request has at most ${maxRequestBytes} bytes`);
  }
  switch (contentTypeOf(request)) {
    case 'application/octet-stream':
      return decodeRecord(fields, body);
    case 'application/json':
      return readRecord(parseBody(body), fields) as RecordValue<F>;
    default:
      throw new KineticaError(
        'Content-type must be application/json or application/octet-stream; snappy is not supported',
      );
  }
}

function decodeRecord<const F extends Fields>(fields: F, body: Uint8Array): RecordValue<F> {
  try {
    return decodeAvro(fields, body);
  } catch (error) {
    if (error instanceof AvroError)
      throw new KineticaError(`The request is not valid Avro: ${error.message}`);
    throw error;
  }
}

function parseBody(body: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = parseShallowJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new KineticaError('The request is not valid JSON');
  }
  if (isJsonObject(value)) return value;
  throw new KineticaError('The request must be a JSON object');
}

/** Reads the fields of a record from JSON. A request may omit maps, and texts that are usually empty. */
function readRecord(json: JsonObject, fields: Fields): object {
  const entries = Object.entries(fields).map(([name, type]) => [name, readField(name, type, json[name])]);
  return Object.fromEntries(entries) as object;
}

function readField(name: string, type: FieldType, value: unknown): unknown {
  if (type === 'string') {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value.toWellFormed();
    throw new KineticaError(`${name} must be a string`);
  }
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw new KineticaError(`${name} must be a map of strings`);
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    // Programs that build the JSON by hand write true and 5 without quotes.
    if (typeof text === 'boolean' || typeof text === 'number') return [key, String(text)];
    if (typeof text === 'string') return [key, text.toWellFormed()];
    throw new KineticaError(`${name} must be a map of strings`);
  });
  return toMap(entries);
}
