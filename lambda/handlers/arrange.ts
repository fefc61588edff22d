import { lambdaStep } from '../workflow/lambda-step.ts';
import { arrange } from '../workflow/arrange.ts';

export const handler = lambdaStep('arrange', arrange);
