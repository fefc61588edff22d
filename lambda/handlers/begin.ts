import { lambdaStep } from '../workflow/lambda-step.ts';
import { begin } from '../workflow/begin.ts';

export const handler = lambdaStep('begin', begin);
