import { lambdaStep } from '../workflow/lambda-step.ts';
import { abort } from '../workflow/abort.ts';

export const handler = lambdaStep('abort', abort);
