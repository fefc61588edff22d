import { lambdaStep } from './compose/lambda-step.ts';
import { abortRestore } from '../restore/abort-restore.ts';

export const handler = lambdaStep('restore-abort', abortRestore);
