import { createLambdaStep } from './compose/lambda-step.ts';
import { scan } from '../backup/scan.ts';

export const handler = createLambdaStep('scan', scan);
