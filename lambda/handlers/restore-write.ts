import { lambdaStep } from './compose/lambda-step.ts';
import { writeRange } from '../restore/write-range.ts';

export const handler = lambdaStep('restore-write', writeRange);
