import { createApiHandler } from './compose/api-handler.ts';
import { createRequestOperations } from './compose/request-operations.ts';

/** The function of the API that reads backups and their records. It cannot change them. */
export const handler = createApiHandler(() => createRequestOperations(process.env));
