import { lambdaStep } from './compose/lambda-step.ts';
import { begin } from '../backup/begin.ts';

export const handler = lambdaStep('begin', begin);
