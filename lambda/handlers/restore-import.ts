import { lambdaStep } from './compose/lambda-step.ts';
import { importTable } from '../restore/import-table.ts';

export const handler = lambdaStep('restore-import', importTable);
