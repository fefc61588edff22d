/** The prefixes of an error's name in `__type`. */
export const prefixes = {
  /** The errors of DynamoDB's service model. */
  model: 'com.amazonaws.dynamodb.v20120810#',
  /** The errors of a request that is rejected before its operation runs. */
  service: 'com.amazon.coral.service#',
  validate: 'com.amazon.coral.validate#',
  availability: 'com.amazon.coral.availability#',
} as const;

/** The bodies that our code and API Gateway share. */
export const missingToken = {
  __type: `${prefixes.service}MissingAuthenticationTokenException`,
  message: 'Request is missing Authentication Token',
};

/** SDKs wait a little longer after this error before they try again. */
export const throttled = {
  __type: `${prefixes.availability}ThrottlingException`,
  message: 'Rate exceeded',
};

export const internalError = {
  __type: `${prefixes.model}InternalServerError`,
  message: 'Internal server error',
};
