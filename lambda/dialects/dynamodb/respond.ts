import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { WireRequest, WireResponse } from '../wire.ts';
import { renderBody } from './json.ts';

const json10 = 'application/x-amz-json-1.0';
const json = 'application/json';

/** What a request or an answer is made of, without parameters like `;charset=utf-8`; empty if it is not said. */
function contentType({ headers }: WireRequest): string {
  return (headers['content-type'] ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** A body is read if it is called one of the two kinds of JSON. */
export function isReadable(request: WireRequest): boolean {
  return request.body === '' || [json10, json].includes(contentType(request));
}

/** As the service answers: in the kind of JSON that was sent, plain JSON if none was said. */
export function respondJson(request: WireRequest, status: number, answer: object): WireResponse {
  return respond(status, contentType(request) === json10 ? json10 : json, renderBody(answer));
}

export function respond(status: number, type: string, body: string): WireResponse {
  return {
    status,
    headers: {
      'content-type': type,
      'x-amzn-requestid': randomUUID(),
      // Of the body's UTF-8 bytes; a client that finds it wrong retries.
      'x-amz-crc32': String(crc32(body)),
    },
    body,
  };
}
