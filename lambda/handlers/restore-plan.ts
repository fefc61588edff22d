import { createLambdaStep } from './compose/lambda-step.ts';
import { planRestore } from '../restore/plan-restore.ts';

export const handler = createLambdaStep('restore-plan', planRestore);
