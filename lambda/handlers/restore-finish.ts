import { createLambdaStep } from './compose/lambda-step.ts';
import { finishRestore } from '../restore/finish-restore.ts';

export const handler = createLambdaStep('restore-finish', finishRestore);
