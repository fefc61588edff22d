import recorded from './captures.json' with { type: 'json' };
import type { HttpRequest, HttpResponse } from '../../../lambda/dialects/http.ts';
import { decodeAvro } from '../../../lambda/dialects/kinetica/avro.ts';

/** Decodes bytes of a capture, which are text or base64. */
interface Content {
  readonly body?: string;
  readonly bodyBase64?: string;
}

/** A request as an official client sent it to a local server, and the answer as the client decoded it. */
export interface Recorded extends Content {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly string[])[];
  readonly answer: Content & { readonly status: number; readonly type: string };
}

export const captures: readonly { readonly name: string; readonly requests: readonly Recorded[] }[] =
  recorded;

export const address = '127.0.0.1:18103';

export function toBytes({ body = '', bodyBase64 }: Content): Buffer {
  return bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64');
}

export function toRequest({ method, target, headers, ...content }: Recorded): HttpRequest {
  return {
    method,
    path: target,
    query: '',
    headers: Object.fromEntries(headers.map(([name = '', value = '']) => [name.toLowerCase(), value])),
    body: toBytes(content),
    address,
    isSecure: false,
  };
}

const wrapper = {
  status: 'string',
  message: 'string',
  data_type: 'string',
  data: 'bytes',
  data_str: 'string',
} as const;

/** Decodes the wrapper of an answer, in the encoding of its content type. */
export function readWrapper({
  headers,
  body,
}: Pick<HttpResponse, 'headers' | 'body'>): Readonly<Record<string, unknown>> {
  return headers['content-type'] === 'application/json'
    ? (JSON.parse(body.toString()) as Record<string, unknown>)
    : decodeAvro(wrapper, Buffer.from(body));
}
