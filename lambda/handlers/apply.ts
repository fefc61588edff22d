import { lambdaStep } from '../runtime/lambda-step.ts';
import { apply } from '../workflow/apply.ts';

export const handler = lambdaStep('apply', apply);
