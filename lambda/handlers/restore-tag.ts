import { lambdaStep } from './compose/lambda-step.ts';
import { tagTable } from '../restore/tag-table.ts';

export const handler = lambdaStep('restore-tag', tagTable);
