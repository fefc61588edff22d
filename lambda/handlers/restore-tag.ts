import { createLambdaStep } from './compose/lambda-step.ts';
import { tagTable } from '../restore/tag-table.ts';

export const handler = createLambdaStep('restore-tag', tagTable);
