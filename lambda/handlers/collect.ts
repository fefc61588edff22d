import { lambdaStep } from './compose/lambda-step.ts';
import { collect } from '../backup/collect.ts';

export const handler = lambdaStep('collect', collect);
