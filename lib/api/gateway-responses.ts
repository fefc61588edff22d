import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import type { GatewayResponseOptions } from 'aws-cdk-lib/aws-apigateway';
import {
  internalError,
  missingToken,
  prefixes,
  throttled,
} from '../../lambda/dialects/dynamodb/error-names.ts';

const { service, validate } = prefixes;

/** The place in a template where API Gateway puts its own text, as a quoted JSON string. */
const awsText = '$context.error.messageString';

interface Refusal {
  readonly type: ResponseType;
  readonly status: number;
  /** The value of `__type`, with its prefix. */
  readonly error: string;
  /**
   * A fixed text, or `awsText`.
   *
   * @default none: the body has only `__type`
   */
  readonly text?: string;
  /**
   * The name of the member that has the text. DynamoDB itself uses both names.
   *
   * @default 'message'
   */
  readonly textName?: 'message' | 'Message';
}

/**
 * The responses to requests that API Gateway refuses before our code runs, each with the error of DynamoDB. A type that is
 * not listed gets one of the defaults at the end. See
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const refusals: readonly Refusal[] = [
  {
    // API Gateway also gives this answer for a path or method that it does not have.
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 400,
    error: missingToken.__type,
    text: missingToken.message,
  },
  {
    // The text says which string should have been signed, or that the clocks differ; SDKs then correct their clock.
    type: ResponseType.INVALID_SIGNATURE,
    status: 400,
    error: `${service}InvalidSignatureException`,
    text: awsText,
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    status: 400,
    error: `${service}ExpiredTokenException`,
    text: awsText,
  },
  {
    // The text names the caller and the path.
    type: ResponseType.ACCESS_DENIED,
    status: 400,
    error: `${service}AccessDeniedException`,
    text: awsText,
    textName: 'Message',
  },
  {
    type: ResponseType.WAF_FILTERED,
    status: 400,
    error: `${service}AccessDeniedException`,
    text: awsText,
    textName: 'Message',
  },
  ...[ResponseType.THROTTLED, ResponseType.QUOTA_EXCEEDED].map((type) => ({
    type,
    status: 400,
    error: throttled.__type,
    text: throttled.message,
  })),
  {
    // DynamoDB, too, answers this client error with another status than 400.
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    error: `${service}RequestEntityTooLargeException`,
    text: awsText,
  },
  { type: ResponseType.BAD_REQUEST_BODY, status: 400, error: `${service}SerializationException` },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    status: 400,
    error: `${validate}ValidationException`,
    text: awsText,
  },
  ...[ResponseType.RESOURCE_NOT_FOUND, ResponseType.UNSUPPORTED_MEDIA_TYPE].map((type) => ({
    type,
    status: 400,
    error: `${service}UnknownOperationException`,
  })),
  {
    // All others mean an unknown caller: an access key that does not exist, or half a signature.
    type: ResponseType.DEFAULT_4XX,
    status: 400,
    error: `${service}UnrecognizedClientException`,
    text: awsText,
  },
  {
    // The function failed, was throttled or took too long, or the gateway has a fault. SDKs retry.
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    error: internalError.__type,
    text: internalError.message,
  },
];

/** The gateway responses of the REST API. Their bodies, statuses and headers make SDKs throw the right exception. */
export const gatewayResponses: readonly GatewayResponseOptions[] = refusals.map((refusal) => ({
  type: refusal.type,
  statusCode: String(refusal.status),
  responseHeaders: {
    'Content-Type': "'application/x-amz-json-1.0'",
    // Older JavaScript SDKs read this header before the body, and API Gateway would set it to its own names of errors.
    'x-amzn-ErrorType': `'${nameOf(refusal.error)}'`,
  },
  // The key only selects the template. API Gateway selects this template for every client whose `Accept` matches no other.
  templates: { 'application/json': renderBody(refusal) },
}));

/** The name in `<namespace>#<name>`. */
function nameOf(error: string): string {
  return error.slice(error.indexOf('#') + 1);
}

function renderBody({ error, text, textName = 'message' }: Refusal): string {
  const type = `"__type":${JSON.stringify(error)}`;
  if (text === undefined) return `{${type}}`;
  return `{${type},"${textName}":${text === awsText ? awsText : JSON.stringify(text)}}`;
}
