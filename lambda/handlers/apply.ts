import { lambdaStep } from './compose/lambda-step.ts';
import { apply } from '../backup/apply.ts';

export const handler = lambdaStep('apply', apply);
