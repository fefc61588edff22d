/** The message of the line that each request leaves in the log, in every dialect. The stack saves a query for these lines. */
export const auditMessage = 'request';
