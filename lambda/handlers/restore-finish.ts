import { lambdaStep } from '../workflow/lambda-step.ts';
import { finishRestore } from '../restore/finish-restore.ts';

export const handler = lambdaStep('restore-finish', finishRestore);
