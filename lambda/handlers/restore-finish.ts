import { lambdaStep } from './compose/lambda-step.ts';
import { finishRestore } from '../restore/finish-restore.ts';

export const handler = lambdaStep('restore-finish', finishRestore);
