import { createLambdaStep } from './compose/lambda-step.ts';
import { importTable } from '../restore/import-table.ts';

export const handler = createLambdaStep('restore-import', importTable);
