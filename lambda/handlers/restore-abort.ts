import { createLambdaStep } from './compose/lambda-step.ts';
import { abortRestore } from '../restore/abort-restore.ts';

export const handler = createLambdaStep('restore-abort', abortRestore);
