import { createLambdaStep } from './compose/lambda-step.ts';
import { commit } from '../backup/commit.ts';

export const handler = createLambdaStep('commit', commit);
