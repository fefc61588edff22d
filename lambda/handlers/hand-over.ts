import { createLambdaStep } from './compose/lambda-step.ts';
import { handOver } from '../backup/hand-over.ts';

export const handler = createLambdaStep('hand-over', handOver);
