import type { ContinuousBackups } from '../native/recovery.ts';
import type { DamageServices } from './note-damage.ts';
import type { Services } from './services.ts';

/** The services of one operation. */
export type RequestServices = Pick<
  Services,
  'config' | 'clock' | 'ids' | 'log' | 'catalog' | 'dynamodb' | 'executions' | 'recovery' | 'native' | 'sinks'
>;

/** The services of all operations together. */
export type OperationServices = RequestServices &
  Pick<Services, 'store' | 'secret'> &
  DamageServices & { readonly continuous: ContinuousBackups };

/** The services of an operation that reads stored objects. */
export type ReadServices = RequestServices & Pick<Services, 'secret'> & DamageServices;
