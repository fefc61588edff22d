import { lambdaStep } from './compose/lambda-step.ts';
import { commit } from '../backup/commit.ts';

export const handler = lambdaStep('commit', commit);
