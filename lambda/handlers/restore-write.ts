import { createLambdaStep } from './compose/lambda-step.ts';
import { writeRange } from '../restore/write-range.ts';

export const handler = createLambdaStep('restore-write', writeRange);
