import { createLambdaStep } from './compose/lambda-step.ts';
import { arrange } from '../backup/arrange.ts';

export const handler = createLambdaStep('arrange', arrange);
