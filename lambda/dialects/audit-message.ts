/** The message of the log line of each request, in every dialect. The stack saves a query for these lines. */
export const auditMessage = 'request';
