import { createLambdaStep } from './compose/lambda-step.ts';
import { collect } from '../backup/collect.ts';

export const handler = createLambdaStep('collect', collect);
