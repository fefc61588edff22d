import { createApiHandler } from './compose/api-handler.ts';
import { createRequestOperations } from './compose/request-operations.ts';

/** The function of the API that changes tables' point-in-time recovery. */
export const handler = createApiHandler(() => createRequestOperations(process.env));
