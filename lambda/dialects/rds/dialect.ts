import type { Operations } from '../../operations/operations.ts';
import type { Clock } from '../../runtime/clock.ts';
import { reasonOf } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/logger.ts';
import { type AccessKey, type LoadKeys, maySee } from '../access-keys.ts';
import { auditMessage } from '../audit-message.ts';
import type { HttpRequest, HttpResponse } from '../http.ts';
import type { Action } from './action.ts';
import { actions } from './actions.ts';
import { authenticate } from './authenticate.ts';
import { type Call, formatOf, readCall } from './call.ts';
import { toRdsError } from './errors.ts';
import { missingParameterError, RdsError } from './rds-error.ts';
import { createRequestId, renderAnswer, renderError } from './render.ts';

/*
 * Alibaba Cloud's RPC protocol for RDS, version 2014-08-15, in both of its styles:
 *
 *   query and form -> call -> signature, time, nonce -> key -> action -> its verb and group allowed
 *     -> decoded input -> `run`: dialect-free operations -> answer in JSON or XML
 *                                                any of these throws -> an error in the same format
 *
 * An action's description (actions/) has everything specific to the action.
 */

export interface RdsServices {
  readonly operations: Operations;
  readonly keys: LoadKeys;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly region: string;
}

/** The maximum length of an instance's name. A longer one is not logged. */
const maxName = 255;

const apiVersion = '2014-08-15';

const actionsByName = new Map(actions.map((each) => [each.name, each]));

/** The facts about a request for its line in the log. */
interface Facts {
  caller?: string;
  operation?: string;
  verb?: string;
  /** The instance, which is a table group or a table. */
  tables?: readonly string[];
}

/** Answers one request and logs one line. Never throws, and always answers in the format that the client reads. */
export async function handleRds(services: RdsServices, request: HttpRequest): Promise<HttpResponse> {
  const started = performance.now();
  const format = formatOf(request);
  const requestId = createRequestId();
  const facts: Facts = {};
  const finish = (response: HttpResponse, code?: string): HttpResponse => {
    const milliseconds = Math.round(performance.now() - started);
    const { status } = response;
    services.log.info(auditMessage, { ...facts, outcome: code ?? 'done', status, requestId, milliseconds });
    return response;
  };
  try {
    const call = readCall(request);
    checkMethod(request);
    const key = await authenticate({ ...services, useNonce: services.operations.useNonce }, call);
    facts.caller = key.id;
    const action = findAction(call);
    const instance = call.parameters.get('DBInstanceId') || undefined;
    Object.assign(facts, { operation: action.name, verb: action.verb });
    if (instance !== undefined && instance.length <= maxName) facts.tables = [instance];
    checkRights(action, key, instance);
    const { operations, region, clock } = services;
    const context = { operations, key, region, now: clock.now() };
    const answer = await action.call(context, call.parameters);
    return finish(renderAnswer(format, action.name, requestId, answer));
  } catch (error) {
    const refusal = toRdsError(error);
    if (refusal.status >= 500) {
      const stack = error instanceof Error ? error.stack : undefined;
      services.log.error('request failed', { ...facts, requestId, reason: reasonOf(error), stack });
    }
    return finish(renderError(format, requestId, refusal), refusal.code);
  }
}

function checkMethod({ method }: HttpRequest): void {
  if (method === 'GET' || method === 'POST') return;
  throw new RdsError(403, 'UnsupportedHTTPMethod', 'This http method is not supported.');
}

function findAction({ style, action, version }: Call): Action {
  if (!action) throw missingParameterError(style === 'V3' ? 'x-acs-action' : 'Action');
  if (!version) throw missingParameterError(style === 'V3' ? 'x-acs-version' : 'Version');
  const found = version === apiVersion ? actionsByName.get(action) : undefined;
  if (found !== undefined) return found;
  const message = 'Specified api is not found, please check your url and method.';
  throw new RdsError(404, 'InvalidApi.NotFound', message);
}

/** Checks that the key has the action's verb and may name the instance, if the call has one. */
function checkRights({ verb }: Action, key: AccessKey, instance: string | undefined): void {
  if (key.verbs.includes(verb) && (instance === undefined || maySee(key, instance))) return;
  throw new RdsError(403, 'Forbidden.RAM', 'User not authorized to operate on the specified resource.');
}
