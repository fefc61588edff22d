import { invalidParameterError } from './rds-error.ts';

/** The parameters of a request by name, from its query and its form. */
export type Parameters = ReadonlyMap<string, string>;

/** The maximum length of a query or form. Even with 100 ids or the names of many tables it is far shorter. */
export const maxParametersLength = 256 * 1024;

const maxParameters = 1000;

/**
 * Reads the parameters of the query and of the form. Throws `RdsError` for a text that cannot be
 * decoded, and for a name that occurs twice: the signature would cover both, but only one could count.
 */
export function readParameters(query: string, form: string): Parameters {
  const parameters = new Map<string, string>();
  const pairs = [...splitPairs(query), ...splitPairs(form)];
  if (pairs.length > maxParameters)
    throw invalidParameterError('Action', `At most ${maxParameters} can be sent.`);
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    if (parameters.has(name)) throw invalidParameterError(shorten(name), 'It is sent more than once.');
    parameters.set(name, at < 0 ? '' : decode(pair.slice(at + 1)));
  }
  return parameters;
}

function splitPairs(text: string): string[] {
  if (text.length > maxParametersLength) {
    throw invalidParameterError('Action', `A query or form has at most ${maxParametersLength} characters.`);
  }
  return text.split('&').filter((pair) => pair !== '');
}

/** Decodes a name or value as a form field does: a plus sign is a space. */
function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', '%20'));
    if (decoded.isWellFormed()) return decoded;
  } catch {
    // The error is thrown below.
  }
  throw invalidParameterError(shorten(text), 'It is not the percent-encoding of UTF-8.');
}

/** Shortens a text of the caller for a message. */
function shorten(text: string): string {
  return (text.length > 64 ? `${text.slice(0, 64)}...` : text).toWellFormed();
}
