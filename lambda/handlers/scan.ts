import { lambdaStep } from '../workflow/lambda-step.ts';
import { scan } from '../workflow/scan.ts';

export const handler = lambdaStep('scan', scan);
