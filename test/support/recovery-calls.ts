import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createContinuousBackups } from '../../lambda/native/dynamodb-recovery.ts';
import type { ContinuousBackups } from '../../lambda/native/recovery.ts';
import { createNativeBackups } from '../../lambda/native/dynamodb-backups.ts';
import { createRestoreInvoker } from '../../lambda/native/invoked-restore.ts';
import type { NativeBackups } from '../../lambda/native/native-backups.ts';
import { requestRestore, type RestoreCall } from '../../lambda/native/native-restore.ts';

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:restore';

/** What DynamoDB is to answer: a status and a body. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface Native {
  readonly continuous: ContinuousBackups;
  readonly backups: NativeBackups;
  /** What DynamoDB was asked, in order. */
  readonly asked: { operation: string; body: unknown }[];
  /** Who, as the function that restores was told. */
  readonly requestedBy: (string | undefined)[];
  answer: Answer | ((operation: string, body: Readonly<Record<string, unknown>>) => Answer);
  /** The function's failure, in place of its answer. */
  failure?: 'Unhandled';
  close(): void;
}

/** DynamoDB's own continuous and on-demand backups, through real SDK clients, against a server that plays DynamoDB and Lambda. */
export async function native(maxAttempts = 1): Promise<Native> {
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
  const made: Native = {
    continuous: createContinuousBackups(dynamodb, restore),
    backups: createNativeBackups(dynamodb, restore, config),
    asked: [],
    requestedBy: [],
    answer: { status: 200, body: {} },
    close: () => server.close(),
  };

  async function playDynamodb(request: IncomingMessage) {
    const operation = String(request.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
    const body: Readonly<Record<string, unknown>> = JSON.parse(await text(request));
    made.asked.push({ operation, body });
    const answer = typeof made.answer === 'function' ? made.answer(operation, body) : made.answer;
    return { ...answer, headers: { 'content-type': 'application/x-amz-json-1.0' } };
  }

  async function playLambda(request: IncomingMessage) {
    if (!decodeURIComponent(String(request.url)).includes(`/functions/${functionArn}/invocations`)) {
      return { status: 404, headers: {}, body: {} };
    }
    if (made.failure !== undefined) {
      const headers = { 'x-amz-function-error': made.failure };
      return { status: 200, headers, body: { errorMessage: 'timed out' } };
    }
    const call: RestoreCall = JSON.parse(await text(request));
    made.requestedBy.push(call.requestedBy);
    const body = await requestRestore(dynamodb, call);
    return { status: 200, headers: {}, body };
  }

  return made;
}
