import { createLambdaStep } from './compose/lambda-step.ts';
import { buildIndexes } from '../restore/build-indexes.ts';

export const handler = createLambdaStep('restore-indexes', buildIndexes);
