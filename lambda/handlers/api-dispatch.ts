import { createDispatcher } from './compose/dispatcher.ts';

/** The function of the path `/`. Its only right is to call the functions of the verbs. */
export const handler = createDispatcher(process.env);
