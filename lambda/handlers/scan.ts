import { lambdaStep } from '../runtime/lambda-step.ts';
import { scan } from '../workflow/scan.ts';

export const handler = lambdaStep('scan', scan);
