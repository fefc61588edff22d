import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import type { GatewayResponseOptions } from 'aws-cdk-lib/aws-apigateway';
import {
  internalError,
  missingToken,
  prefixes,
  throttled,
} from '../../lambda/dialects/dynamodb/error-names.ts';

const { service, validate } = prefixes;

/** API Gateway's own text: it puts a quoted JSON string in this place. */
const awsText = '$context.error.messageString';

interface Refusal {
  readonly type: ResponseType;
  readonly status: number;
  /** `__type`, with its prefix. */
  readonly error: string;
  /** A fixed text, or `awsText`. */
  readonly text?: string;
  /** @default 'message'; part of DynamoDB writes the other */
  readonly textName?: 'message' | 'Message';
}

/**
 * What API Gateway refuses before any of our code runs, said as DynamoDB says it. Types that are not named here take
 * the defaults at the end. See
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const refusals: readonly Refusal[] = [
  {
    // Also API Gateway's answer to a path or method that it does not have.
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 400,
    error: missingToken.__type,
    text: missingToken.message,
  },
  {
    // The text says what was to be signed, or that the clocks differ, which SDKs mend.
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
    // The one client error for which DynamoDB, too, uses another status.
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
    // What is left is a caller that is not known: an access key that does not exist, half a signature.
    type: ResponseType.DEFAULT_4XX,
    status: 400,
    error: `${service}UnrecognizedClientException`,
    text: awsText,
  },
  {
    // A function that fails, is throttled or takes too long, and every fault of the gateway. SDKs try again.
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    error: internalError.__type,
    text: internalError.message,
  },
];

/** The gateway responses of the REST API: bodies, statuses and headers from which SDKs make the right exception. */
export const gatewayResponses: readonly GatewayResponseOptions[] = refusals.map((refusal) => ({
  type: refusal.type,
  statusCode: String(refusal.status),
  responseHeaders: {
    'Content-Type': "'application/x-amz-json-1.0'",
    // Older JavaScript SDKs look here before they look into the body, and API Gateway sets it to names of its own.
    'x-amzn-ErrorType': `'${nameOf(refusal.error)}'`,
  },
  // The key only chooses the template: of all that clients accept, it is the one taken if nothing fits.
  templates: { 'application/json': body(refusal) },
}));

/** The name in `<namespace>#<name>`. */
function nameOf(error: string): string {
  return error.slice(error.indexOf('#') + 1);
}

function body({ error, text, textName = 'message' }: Refusal): string {
  const type = `"__type":${JSON.stringify(error)}`;
  if (text === undefined) return `{${type}}`;
  return `{${type},"${textName}":${text === awsText ? awsText : JSON.stringify(text)}}`;
}
