/**
 * The maximum age of a parent's end that a stream can still continue. Streams keep records for 24 hours; the remaining
 * hour is for reading them.
 */
export const oldestParentMs = 23 * 60 * 60 * 1000;

/** DynamoDB promises that a backup holds nothing later than this after its request. */
export const promisedMs = 60_000;

/**
 * For how long after the request a backup waits until a stream or point-in-time recovery is enabled. DynamoDB refuses
 * to enable either while a table is being created or updated, and reports the earliest restorable time only later. The
 * choice of the source decides whether that time is early enough.
 */
export const enablingMs = 5 * 60_000;
