import { lambdaStep } from './compose/lambda-step.ts';
import { planRestore } from '../restore/restore-plan.ts';

export const handler = lambdaStep('restore-plan', planRestore);
