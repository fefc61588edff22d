import { lambdaStep } from './compose/lambda-step.ts';
import { buildIndexes } from '../restore/build-indexes.ts';

export const handler = lambdaStep('restore-indexes', buildIndexes);
