import { lambdaStep } from './compose/lambda-step.ts';
import { planRestore } from '../restore/plan-restore.ts';

export const handler = lambdaStep('restore-plan', planRestore);
