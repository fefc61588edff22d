import { createApiHandler } from './compose/api-handler.ts';
import { createRequestOperations } from './compose/request-operations.ts';

/** The function of the API that requests backups. */
export const handler = createApiHandler(() => createRequestOperations(process.env));
