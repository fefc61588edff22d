import { lambdaStep } from '../runtime/lambda-step.ts';
import { partition } from '../workflow/partition.ts';

export const handler = lambdaStep('partition', partition);
