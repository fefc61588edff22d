import { createApiHandler } from './compose/api-handler.ts';
import { createRequestOperations } from './compose/request-operations.ts';

/** The function of the API that reads backups and their records; it cannot change any. */
export const handler = createApiHandler(() => createRequestOperations(process.env));
