import { lambdaStep } from '../workflow/lambda-step.ts';
import { partition } from '../workflow/partition.ts';

export const handler = lambdaStep('partition', partition);
