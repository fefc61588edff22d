import { createLambdaStep } from './compose/lambda-step.ts';
import { partition } from '../backup/partition.ts';

export const handler = createLambdaStep('partition', partition);
