import { createLambdaStep } from './compose/lambda-step.ts';
import { apply } from '../backup/apply.ts';

export const handler = createLambdaStep('apply', apply);
