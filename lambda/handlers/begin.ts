import { createLambdaStep } from './compose/lambda-step.ts';
import { begin } from '../backup/begin.ts';

export const handler = createLambdaStep('begin', begin);
