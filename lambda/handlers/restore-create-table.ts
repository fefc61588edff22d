import { createLambdaStep } from './compose/lambda-step.ts';
import { createTable } from '../restore/create-table.ts';

export const handler = createLambdaStep('restore-create-table', createTable);
