import { lambdaStep } from '../workflow/lambda-step.ts';
import { handOver } from '../workflow/hand-over.ts';

export const handler = lambdaStep('hand-over', handOver);
