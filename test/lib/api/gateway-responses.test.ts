import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  DescribeBackupCommand,
  DynamoDBClient,
  type DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../support/synthesis.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

// A text of AWS with quotation marks and line ends, as in the message about a wrong signature.
const awsText = "The Canonical String should have been\n'POST\n/prod/\n\"\\'";

/** The answers that API Gateway makes from the synthesized templates, by type. */
function renderAnswers(): Map<string, Answer> {
  const made = Object.values(
    synthesize({ tables: ['orders'] }).findResources('AWS::ApiGateway::GatewayResponse'),
  );
  return new Map(
    made.map(({ Properties: { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } }) => {
      const own = Object.entries<string>(ResponseParameters).map(([name, value]) => [
        name.replace('gatewayresponse.header.', '').toLowerCase(),
        value.replace(/^'(.*)'$/, '$1'),
      ]);
      const template: string = ResponseTemplates['application/json'];
      return [
        ResponseType,
        {
          status: Number(StatusCode),
          headers: Object.fromEntries(own),
          body: template.replaceAll('$context.error.messageString', () => JSON.stringify(awsText)),
        },
      ];
    }),
  );
}

const gateway = renderAnswers();
const answerOf = (type: string): Answer => {
  const found = gateway.get(type);
  if (found === undefined) throw new Error(`No response ${type}`);
  return found;
};

let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  const { status, headers, body } = answerOf(String(request.url).replaceAll('/', ''));
  request.resume();
  response.writeHead(status, headers).end(body);
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** Calls DescribeBackup with the JavaScript SDK. Returns the error that the SDK throws, and how many attempts it made. */
async function callWithSdk(type: string): Promise<{ error: DynamoDBServiceException; attempts: number }> {
  const address = server.address();
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address?.port}/${type}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    maxAttempts: 2,
  });
  requests = 0;
  const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/backup/01576616366715-b4e58d3a';
  const error = await client.send(new DescribeBackupCommand({ BackupArn: arn })).then(
    () => {
      throw new Error('the call succeeded');
    },
    (error: DynamoDBServiceException) => error,
  );
  return { error, attempts: requests };
}

const expected: readonly [type: string, status: number, name: string, message: string, attempts: number][] = [
  [
    'MISSING_AUTHENTICATION_TOKEN',
    400,
    'MissingAuthenticationTokenException',
    'Request is missing Authentication Token',
    1,
  ],
  ['INVALID_SIGNATURE', 400, 'InvalidSignatureException', awsText, 1],
  ['EXPIRED_TOKEN', 400, 'ExpiredTokenException', awsText, 1],
  ['ACCESS_DENIED', 400, 'AccessDeniedException', awsText, 1],
  ['WAF_FILTERED', 400, 'AccessDeniedException', awsText, 1],
  ['THROTTLED', 400, 'ThrottlingException', 'Rate exceeded', 2],
  ['QUOTA_EXCEEDED', 400, 'ThrottlingException', 'Rate exceeded', 2],
  ['REQUEST_TOO_LARGE', 413, 'RequestEntityTooLargeException', awsText, 1],
  ['BAD_REQUEST_BODY', 400, 'SerializationException', '', 1],
  ['BAD_REQUEST_PARAMETERS', 400, 'ValidationException', awsText, 1],
  ['RESOURCE_NOT_FOUND', 400, 'UnknownOperationException', '', 1],
  ['UNSUPPORTED_MEDIA_TYPE', 400, 'UnknownOperationException', '', 1],
  ['DEFAULT_4XX', 400, 'UnrecognizedClientException', awsText, 1],
  ['DEFAULT_5XX', 500, 'InternalServerError', 'Internal server error', 2],
];

describe('the gateway responses', () => {
  it('have these types, two of which are the defaults for all others', () => {
    expect([...gateway.keys()].sort()).toEqual(expected.map(([type]) => type).sort());
  });

  // boto3 reads only the body: its error code is the text after '#'.
  it.each(expected)('answer the type %s with status %i and the error %s', (type, status, name, message) => {
    const { body, headers, status: answered } = answerOf(type);
    const { __type, message: text, Message } = JSON.parse(body);
    expect(answered).toBe(status);
    expect(headers['content-type']).toBe('application/x-amz-json-1.0');
    expect(__type).toMatch(
      new RegExp(
        String.raw`^com\.amazon(aws)?\.(coral|dynamodb)\.(service|validate|availability|v20120810)#${name}$`,
      ),
    );
    // Older JavaScript SDKs read this header first.
    expect(headers['x-amzn-errortype']).toBe(name);
    expect(text ?? Message ?? '').toBe(message);
    // No checksum: that of another body would be wrong.
    expect(headers).not.toHaveProperty('x-amz-crc32');
  });
});

describe('the JavaScript SDK', () => {
  it.each(expected)('turns %s with status %i into %s', async (type, status, name, message, attempts) => {
    const met = await callWithSdk(type);
    expect(met.error.name).toBe(name);
    expect(met.error.message).toBe(message || 'UnknownError');
    expect(met.error.$metadata.httpStatusCode).toBe(status);
    expect(met.attempts).toBe(attempts);
  });
});
