import { lambdaStep } from './compose/lambda-step.ts';
import { abort } from '../backup/abort.ts';

export const handler = lambdaStep('abort', abort);
