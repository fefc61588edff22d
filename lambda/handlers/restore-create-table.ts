import { lambdaStep } from './compose/lambda-step.ts';
import { createTable } from '../restore/create-table.ts';

export const handler = lambdaStep('restore-create-table', createTable);
