import { prefixes } from '../lambda/dialects/dynamodb/error-names.ts';

/**
 * The errors that any operation may answer, with the prefixes of their names in `__type`. The status of all is 400. API
 * Gateway answers those about signatures, in the words of lib/api/gateway-responses.ts.
 */
export const commonErrors: Readonly<Record<string, string>> = {
  ValidationException: prefixes.validate,
  SerializationException: prefixes.service,
  UnknownOperationException: prefixes.service,
  MissingAuthenticationTokenException: prefixes.service,
  AccessDeniedException: prefixes.service,
  InvalidSignatureException: prefixes.service,
  ExpiredTokenException: prefixes.service,
  UnrecognizedClientException: prefixes.service,
  ThrottlingException: prefixes.availability,
};
