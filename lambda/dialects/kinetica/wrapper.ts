import { shortenText } from '../../runtime/shorten.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';
import { encodeAvro, type Fields, type RecordValue } from './avro.ts';

export type Encoding = 'json' | 'avro';

const types = { json: 'application/json', avro: 'application/octet-stream' } as const;

/** The content type of a request, without parameters. */
export function contentTypeOf({ headers }: HttpRequest): string {
  const type = (headers['content-type'] ?? '').slice(0, 200);
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

/** Decides the encoding of an answer, which is that of the request. A request in snappy gets plain Avro, any other one JSON. */
export function encodingOf(request: HttpRequest): Encoding {
  return [types.avro, 'application/x-snappy'].includes(contentTypeOf(request)) ? 'avro' : 'json';
}

/** The wrapper of every answer. Clients fail if one of its fields is missing. */
const wrapper = {
  status: 'string',
  message: 'string',
  data_type: 'string',
  data: 'bytes',
  data_str: 'string',
} as const;

const nothing = new Uint8Array();

/** Renders the result of the endpoint of this path. */
export function renderResult<const F extends Fields>(
  encoding: Encoding,
  path: string,
  fields: F,
  result: RecordValue<F>,
): HttpResponse {
  const data_type = `${path.slice(1).replaceAll('/', '_')}_response`;
  const isJson = encoding === 'json';
  const data_str = isJson ? JSON.stringify(result) : '';
  const data = isJson ? nothing : encodeAvro(fields, result);
  return render(encoding, 200, { status: 'OK', message: '', data_type, data, data_str });
}

/** Renders an error. Clients decode the data of any other type than `none`. */
export function renderFailure(encoding: Encoding, status: number, message: string): HttpResponse {
  const shown = replaceAlarms(shortenText(message));
  return render(encoding, status, {
    status: 'ERROR',
    message: shown,
    data_type: 'none',
    data: nothing,
    data_str: '',
  });
}

function render(encoding: Encoding, status: number, content: RecordValue<typeof wrapper>): HttpResponse {
  return {
    status,
    headers: { 'content-type': types[encoding], 'cache-control': 'no-store' },
    body:
      encoding === 'json'
        ? escapeText(JSON.stringify({ ...content, data: '' }))
        : encodeAvro(wrapper, content),
  };
}

/** Escapes non-ASCII characters in JSON: the Python client reads answers in JSON as Latin-1. */
function escapeText(json: string): string {
  return json.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Texts by which clients conclude that a server is dead. They then repeat the request, or give up without showing the
 * reason.
 */
const alarms = [
  'Connection refused',
  'Connection reset',
  'Kinetica is exiting',
  'Kinetica is offline',
  'system-limited-fatal',
  'Query planner is not running',
  'Unexpected end of file from server',
  'System shutting down',
  'Unavailable: Draining HA queue',
];

const alarm = new RegExp(alarms.map((text) => text.replaceAll(/[-.]/g, String.raw`\$&`)).join('|'), 'gi');

/** Replaces each of these texts in a message: they may be part of a name that the caller chose. */
function replaceAlarms(message: string): string {
  return message.replaceAll(alarm, (text) => text.replaceAll(/[ -]/g, '_'));
}
