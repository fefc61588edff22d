import type { Operations } from '../../operations/operations.ts';
import { reasonOf } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/logger.ts';
import type { WireRequest, WireResponse } from '../wire.ts';
import { createBackup, deleteBackup, describeBackup, listBackups } from './backups.ts';
import {
  describeContinuousBackups,
  restoreTableToPointInTime,
  updateContinuousBackups,
} from './continuous-backups.ts';
import { internalError, missingToken } from './error-names.ts';
import { type Refusal, renderError, unknownOperation } from './errors.ts';
import { estimateRestore } from './estimates.ts';
import { type JsonObject, membersOf, parseBody } from './json.ts';
import type { Operation } from './operation.ts';
import { compareBackups, getBackupItem, verifyBackup } from './readings.ts';
import { isReadable, respond, respondJson } from './respond.ts';
import { checkServed } from './served.ts';
import { planSweep } from './sweep.ts';
import { describeTable, restoreTableFromBackup } from './tables.ts';

/** Operations by the target that names them; a Map, so that no target finds an inherited property. */
export const targets: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    CreateBackup: createBackup,
    DescribeBackup: describeBackup,
    ListBackups: listBackups,
    DeleteBackup: deleteBackup,
    RestoreTableFromBackup: restoreTableFromBackup,
    RestoreTableToPointInTime: restoreTableToPointInTime,
    DescribeContinuousBackups: describeContinuousBackups,
    UpdateContinuousBackups: updateContinuousBackups,
    DescribeTable: describeTable,
    // Tidemark's own.
    GetBackupItem: getBackupItem,
    CompareBackups: compareBackups,
    VerifyBackup: verifyBackup,
    PlanSweep: planSweep,
    EstimateRestore: estimateRestore,
  }).map(([name, operation]) => [`DynamoDB_20120810.${name}`, operation]),
);

/** The name of the operation that a request asks for, or undefined if this dialect does not serve it. */
export function operationOf({ method, headers }: WireRequest): string | undefined {
  const target = headers['x-amz-target'] ?? '';
  return method === 'POST' && targets.has(target) ? target.slice(target.indexOf('.') + 1) : undefined;
}

/**
 * Answers one request of DynamoDB's JSON protocol 1.0. Never throws: what the caller can mend becomes a 400 with
 * its reason, anything else a 500 that hides its detail from the caller and logs it.
 *
 * The order of the checks before a request is decoded is that of the service (public probes of it): method and content
 * type, JSON, target, signature. An empty body is missed only then.
 */
export async function handle(operations: Operations, request: WireRequest, log: Log): Promise<WireResponse> {
  if (request.method === 'GET') {
    const region = process.env['AWS_REGION'] ?? 'local';
    return respond(200, 'text/plain', `healthy: dynamodb.${region}.amazonaws.com `);
  }
  if (request.method !== 'POST' || !isReadable(request)) {
    return respond(404, 'application/xml', '<UnknownOperationException/>\n');
  }
  let body: JsonObject = {};
  const operation = targets.get(request.headers['x-amz-target'] ?? '');
  try {
    const sent = parseBody(request.body);
    if (operation === undefined) return respondJson(request, 400, unknownOperation);
    if (!request.signed) return respondJson(request, 400, missingToken);
    checkServed(operationOf(request) ?? '', request.path);
    body = membersOf(sent);
    return respondJson(request, 200, await operation.call(operations, body, request));
  } catch (error) {
    return refused(error, renderError(error, body, operation?.errors ?? {}), request, log);
  }
}

function refused(error: unknown, refusal: Refusal | undefined, request: WireRequest, log: Log): WireResponse {
  const response = respondJson(request, refusal === undefined ? 500 : 400, refusal?.body ?? internalError);
  if (refusal?.isFault === false) return response;
  log.error('request failed', {
    operation: operationOf(request),
    requestId: response.headers['x-amzn-requestid'],
    ...detailOf(error),
  });
  return response;
}

function detailOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { reason: reasonOf(error) };
  return {
    reason: reasonOf(error),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: reasonOf(error.cause) }),
  };
}
