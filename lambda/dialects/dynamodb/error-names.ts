/** What stands before an error's name in `__type`. */
export const prefixes = {
  /** The errors that DynamoDB's model has. */
  model: 'com.amazonaws.dynamodb.v20120810#',
  /** What is refused before an operation sees it. */
  service: 'com.amazon.coral.service#',
  validate: 'com.amazon.coral.validate#',
  availability: 'com.amazon.coral.availability#',
} as const;

/** The bodies that are the same whoever answers them, our code or API Gateway. */
export const missingToken = {
  __type: `${prefixes.service}MissingAuthenticationTokenException`,
  message: 'Request is missing Authentication Token',
};

/** SDKs wait a little longer after this one before they try again. */
export const throttled = {
  __type: `${prefixes.availability}ThrottlingException`,
  message: 'Rate exceeded',
};

export const internalError = {
  __type: `${prefixes.model}InternalServerError`,
  message: 'Internal server error',
};
