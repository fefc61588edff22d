import { lambdaStep } from '../workflow/lambda-step.ts';
import { createTable } from '../restore/create-table.ts';

export const handler = lambdaStep('restore-create-table', createTable);
