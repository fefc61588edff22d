import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createContinuousBackups } from '../../../lambda/native/dynamodb-recovery.ts';
import type { ContinuousBackups } from '../../../lambda/native/recovery.ts';
import { createNativeBackups } from '../../../lambda/native/dynamodb-backups.ts';
import { createRestoreInvoker } from '../../../lambda/native/invoked-restore.ts';
import type { NativeBackups } from '../../../lambda/native/native-backups.ts';
import { requestRestore, type RestoreCall } from '../../../lambda/native/native-restore.ts';

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:restore';

/** DynamoDB's answer: a status and a body. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** The ports to DynamoDB's own backups and recovery, over a simulated DynamoDB and Lambda. */
export interface SimulatedDynamodb {
  readonly continuous: ContinuousBackups;
  readonly backups: NativeBackups;
  /** The requests to DynamoDB, in order. */
  readonly requests: { operation: string; body: unknown }[];
  /** The callers that the restoring function received, in order. */
  readonly requestedBy: (string | undefined)[];
  answer: Answer | ((operation: string, body: Readonly<Record<string, unknown>>) => Answer);
  /** If set, the restoring function fails instead of answering. */
  failure?: 'Unhandled';
  close(): void;
}

/** Starts a server that simulates DynamoDB and Lambda, and creates the ports over real SDK clients of it. */
export async function startSimulatedDynamodb(maxAttempts = 1): Promise<SimulatedDynamodb> {
  const server = createServer((request, response) => {
    void (request.url === '/' ? playDynamodb(request) : playLambda(request)).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(JSON.stringify(body)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const config = {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address?.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    maxAttempts,
  };
  const dynamodb = new DynamoDBClient(config);
  const restore = createRestoreInvoker({ TIDEMARK_RESTORE_FUNCTION_ARN: functionArn }, config);
  const simulated: SimulatedDynamodb = {
    continuous: createContinuousBackups(dynamodb, restore),
    backups: createNativeBackups(dynamodb, restore, config),
    requests: [],
    requestedBy: [],
    answer: { status: 200, body: {} },
    close: () => server.close(),
  };

  async function playDynamodb(request: IncomingMessage) {
    const operation = String(request.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
    const body: Readonly<Record<string, unknown>> = JSON.parse(await text(request));
    simulated.requests.push({ operation, body });
    const answer =
      typeof simulated.answer === 'function' ? simulated.answer(operation, body) : simulated.answer;
    return { ...answer, headers: { 'content-type': 'application/x-amz-json-1.0' } };
  }

  async function playLambda(request: IncomingMessage) {
    if (!decodeURIComponent(String(request.url)).includes(`/functions/${functionArn}/invocations`)) {
      return { status: 404, headers: {}, body: {} };
    }
    if (simulated.failure !== undefined) {
      const headers = { 'x-amz-function-error': simulated.failure };
      return { status: 200, headers, body: { errorMessage: 'timed out' } };
    }
    const call: RestoreCall = JSON.parse(await text(request));
    simulated.requestedBy.push(call.requestedBy);
    const body = await requestRestore(dynamodb, call);
    return { status: 200, headers: {}, body };
  }

  return simulated;
}
