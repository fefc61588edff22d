import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Operations } from '../../operations/operations.ts';
import { reasonOf } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/logger.ts';
import type { WireRequest, WireResponse } from '../wire.ts';
import { createBackup, deleteBackup, describeBackup, listBackups } from './backups.ts';
import { internalError, renderError, unknownOperation } from './errors.ts';
import { type JsonObject, parseBody, renderBody } from './json.ts';
import type { Operation } from './operation.ts';
import { compareBackups, getBackupItem, verifyBackup } from './readings.ts';
import { planSweep } from './sweep.ts';
import { describeTable, restoreTableFromBackup } from './tables.ts';

/** Operations by the target that names them; a Map, so that no target finds an inherited property. */
const targets: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    CreateBackup: createBackup,
    DescribeBackup: describeBackup,
    ListBackups: listBackups,
    DeleteBackup: deleteBackup,
    RestoreTableFromBackup: restoreTableFromBackup,
    DescribeTable: describeTable,
    // Tidemark's own.
    GetBackupItem: getBackupItem,
    CompareBackups: compareBackups,
    VerifyBackup: verifyBackup,
    PlanSweep: planSweep,
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
 */
export async function handle(operations: Operations, request: WireRequest, log: Log): Promise<WireResponse> {
  if (request.method === 'GET' && request.path === '/') {
    const region = process.env['AWS_REGION'] ?? 'local';
    return respond(200, 'text/plain', `healthy: dynamodb.${region}.amazonaws.com `);
  }
  // The service's own answer to any other method.
  if (request.method !== 'POST') return respond(404, 'application/xml', '<UnknownOperationException/>\n');
  const operation = targets.get(request.headers['x-amz-target'] ?? '');
  return operation === undefined
    ? respondJson(400, unknownOperation)
    : call(operation, operations, request, log);
}

async function call(operation: Operation, operations: Operations, request: WireRequest, log: Log) {
  let body: JsonObject = {};
  try {
    body = parseBody(request.body);
    return respondJson(200, await operation.call(operations, body, request));
  } catch (error) {
    const refusal = renderError(error, body, operation.errors);
    if (refusal !== undefined) return respondJson(400, refusal);
    const response = respondJson(500, internalError);
    log.error('request failed', {
      operation: operationOf(request),
      requestId: response.headers['x-amzn-requestid'],
      ...detailOf(error),
    });
    return response;
  }
}

function detailOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { reason: reasonOf(error) };
  return {
    reason: reasonOf(error),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: reasonOf(error.cause) }),
  };
}

function respondJson(status: number, answer: object): WireResponse {
  return respond(status, 'application/x-amz-json-1.0', renderBody(answer));
}

function respond(status: number, contentType: string, body: string): WireResponse {
  return {
    status,
    headers: {
      'content-type': contentType,
      'x-amzn-requestid': randomUUID(),
      // Of the body's UTF-8 bytes; a client that finds it wrong retries.
      'x-amz-crc32': String(crc32(body)),
    },
    body,
  };
}
