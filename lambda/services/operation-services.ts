import type { ContinuousBackups } from '../native/recovery.ts';
import type { Services } from './services.ts';

/** What an operation works with. */
export type RequestServices = Pick<
  Services,
  'config' | 'clock' | 'ids' | 'log' | 'catalog' | 'dynamodb' | 'executions' | 'recovery' | 'native'
>;

/** What the operations work with together. */
export type OperationServices = RequestServices &
  Pick<Services, 'store'> & { readonly continuous: ContinuousBackups };

/** What an operation works with that reads what is stored. */
export type ReadServices = RequestServices & Pick<Services, 'store'>;
