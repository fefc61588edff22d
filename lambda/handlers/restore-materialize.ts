import { lambdaStep } from './compose/lambda-step.ts';
import { materializeRange } from '../restore/materialize-range.ts';

export const handler = lambdaStep('restore-materialize', materializeRange);
