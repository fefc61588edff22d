import { createLambdaStep } from './compose/lambda-step.ts';
import { materializeRange } from '../restore/materialize-range.ts';

export const handler = createLambdaStep('restore-materialize', materializeRange);
