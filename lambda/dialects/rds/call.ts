import type { HttpRequest } from '../http.ts';
import { maxParametersLength, type Parameters, readParameters } from './parameters.ts';
import { invalidParameterError } from './rds-error.ts';
import { algorithmV3 } from './sign-v3.ts';

export type Format = 'JSON' | 'XML';

/** A request after its parameters were read, before its signature is checked. */
export interface Call {
  readonly request: HttpRequest;
  readonly style: 'V1' | 'V3';
  readonly parameters: Parameters;
  readonly action: string | undefined;
  readonly version: string | undefined;
}

function isV3({ headers }: HttpRequest): boolean {
  return headers['authorization']?.startsWith(algorithmV3) === true;
}

/**
 * Finds the format of the answer to any request, even to a refused one. Style V3 is always answered in JSON. V1 is
 * answered in JSON if the parameter `Format` says so in the query or the form.
 */
export function formatOf(request: HttpRequest): Format {
  if (isV3(request)) return 'JSON';
  const texts = [request.query, formOf(request)].map((text) => text.slice(0, maxParametersLength));
  // Not by URLSearchParams, whose time is quadratic in the number of parameters without a value (Node 24.21: 0.2 s for 256 KB).
  const isJson = texts.some((text) =>
    text
      .split('&')
      .some((pair) => pair.slice(0, 7) === 'Format=' && pair.slice(7, 12).toUpperCase() === 'JSON'),
  );
  return isJson ? 'JSON' : 'XML';
}

/** Reads the call in a request. Throws `RdsError` for parameters that cannot be read. */
export function readCall(request: HttpRequest): Call {
  const parameters = readParameters(request.query, formOf(request));
  const { headers } = request;
  if (isV3(request)) {
    const [action, version] = [headers['x-acs-action'], headers['x-acs-version']];
    return { request, style: 'V3', parameters, action, version };
  }
  const format = parameters.get('Format') ?? 'XML';
  if (!['JSON', 'XML'].includes(format.toUpperCase())) {
    throw invalidParameterError('Format', 'Valid values: JSON, XML.');
  }
  const [action, version] = [parameters.get('Action'), parameters.get('Version')];
  return { request, style: 'V1', parameters, action, version };
}

/** The body as text if it is a form. Some clients send the content type of a form without a body. */
function formOf({ headers, body }: HttpRequest): string {
  const type = (headers['content-type'] ?? '').slice(0, 100).toLowerCase();
  return type.startsWith('application/x-www-form-urlencoded') ? Buffer.from(body).toString('utf8') : '';
}
