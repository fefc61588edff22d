import { lambdaStep } from '../runtime/lambda-step.ts';
import { commit } from '../workflow/commit.ts';

export const handler = lambdaStep('commit', commit);
