import { lambdaStep } from '../workflow/lambda-step.ts';
import { apply } from '../workflow/apply.ts';

export const handler = lambdaStep('apply', apply);
