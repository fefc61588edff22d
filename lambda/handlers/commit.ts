import { lambdaStep } from '../workflow/lambda-step.ts';
import { commit } from '../workflow/commit.ts';

export const handler = lambdaStep('commit', commit);
