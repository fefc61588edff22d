import { lambdaStep } from './compose/lambda-step.ts';
import { partition } from '../backup/partition.ts';

export const handler = lambdaStep('partition', partition);
