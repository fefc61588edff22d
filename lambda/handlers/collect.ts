import { lambdaStep } from '../runtime/lambda-step.ts';
import { collect } from '../workflow/collect.ts';

export const handler = lambdaStep('collect', collect);
