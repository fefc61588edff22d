import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { WireRequest, WireResponse } from '../wire.ts';
import { renderBody } from './json.ts';

const json10 = 'application/x-amz-json-1.0';
const json = 'application/json';

/** The content type of a request without parameters like `;charset=utf-8`; empty if the request has none. */
function contentTypeOf({ headers }: WireRequest): string {
  return (headers['content-type'] ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** True for a body of one of the two content types of JSON, and for an empty one. */
export function isReadable(request: WireRequest): boolean {
  return request.body === '' || [json10, json].includes(contentTypeOf(request));
}

/** Responds with the content type of the request, as the service does, or with plain JSON if the request has none. */
export function respondJson(request: WireRequest, status: number, answer: object): WireResponse {
  return respond(status, contentTypeOf(request) === json10 ? json10 : json, renderBody(answer));
}

export function respond(status: number, type: string, body: string): WireResponse {
  return {
    status,
    headers: {
      'content-type': type,
      'x-amzn-requestid': randomUUID(),
      // The checksum of the body's UTF-8 bytes. A client that computes another one retries.
      'x-amz-crc32': String(crc32(body)),
    },
    body,
  };
}
