import { lambdaStep } from '../workflow/lambda-step.ts';
import { collect } from '../workflow/collect.ts';

export const handler = lambdaStep('collect', collect);
