import { createLambdaStep } from './compose/lambda-step.ts';
import { abort } from '../backup/abort.ts';

export const handler = createLambdaStep('abort', abort);
