import { createDispatcher } from './compose/dispatcher.ts';

/** The function of the path `/`, which may do nothing but call the functions of the verbs. */
export const handler = createDispatcher(process.env);
