import { lambdaStep } from './compose/lambda-step.ts';
import { arrange } from '../backup/arrange.ts';

export const handler = lambdaStep('arrange', arrange);
