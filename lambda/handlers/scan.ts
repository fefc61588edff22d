import { lambdaStep } from './compose/lambda-step.ts';
import { scan } from '../backup/scan.ts';

export const handler = lambdaStep('scan', scan);
