import { lambdaStep } from '../runtime/lambda-step.ts';
import { begin } from '../workflow/begin.ts';

export const handler = lambdaStep('begin', begin);
