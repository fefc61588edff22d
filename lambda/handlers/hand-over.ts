import { lambdaStep } from './compose/lambda-step.ts';
import { handOver } from '../backup/hand-over.ts';

export const handler = lambdaStep('hand-over', handOver);
