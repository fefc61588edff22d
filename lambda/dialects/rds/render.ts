import { randomUUID } from 'node:crypto';
import type { HttpResponse } from '../http.ts';
import type { Format } from './call.ts';
import type { RdsError } from './rds-error.ts';

/** A value of an answer. In XML, the values of a list are elements of one name. */
export type AnswerValue = string | number | { readonly [name: string]: AnswerValue } | readonly AnswerValue[];

export type RdsAnswer = { readonly [name: string]: AnswerValue };

export function createRequestId(): string {
  return randomUUID().toUpperCase();
}

/** Renders a result. It has no member `Code`: some clients take an answer with `Code` for an error. */
export function renderAnswer(
  format: Format,
  action: string,
  requestId: string,
  answer: RdsAnswer,
): HttpResponse {
  return render(format, 200, `${action}Response`, { RequestId: requestId, ...answer });
}

/** How long a client should wait before it repeats a throttled call, in ms. */
const retryAfterMs = 1000;

export function renderError(format: Format, requestId: string, error: RdsError): HttpResponse {
  const { code, message, status } = error;
  const response = render(format, status, 'Error', {
    RequestId: requestId,
    HostId: 'tidemark',
    Code: code,
    Message: message,
    Recommend: '',
  });
  if (!code.startsWith('Throttling')) return response;
  return { ...response, headers: { ...response.headers, 'x-acs-retry-after': String(retryAfterMs) } };
}

function render(format: Format, status: number, root: string, answer: RdsAnswer): HttpResponse {
  const isJson = format === 'JSON';
  return {
    status,
    headers: {
      // Clients compare the type of an error in XML with exactly this text.
      'content-type': isJson ? 'application/json;charset=utf-8' : 'text/xml;charset=utf-8',
      'cache-control': 'no-store',
    },
    body: isJson
      ? JSON.stringify(answer)
      : `<?xml version="1.0" encoding="UTF-8"?>${renderElement(root, answer)}`,
  };
}

function renderElement(name: string, value: AnswerValue): string {
  if (Array.isArray(value)) return value.map((each: AnswerValue) => renderElement(name, each)).join('');
  if (typeof value !== 'object') return `<${name}>${escapeXml(String(value))}</${name}>`;
  const members = Object.entries(value).map(([member, inner]) => renderElement(member, inner));
  return `<${name}>${members.join('')}</${name}>`;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes a text. XML has no way to write most control characters, so they are replaced. */
function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll(/[&<>"]/g, (mark) => escapes[mark] ?? mark)
      .replaceAll('\r', '&#13;')
  );
}
