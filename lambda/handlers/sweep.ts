import { sweep } from '../retention/sweep.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { stepServices } from './compose/lambda-step.ts';

let services: ReturnType<typeof stepServices> | undefined;

/** Runs by schedule; its event says nothing. Throws `Internal` after a sweep with trouble, so that the alarm tells. */
export async function handler(): Promise<void> {
  services ??= stepServices('sweep', process.env);
  const { troubles } = await sweep(services);
  if (troubles > 0) throw new TidemarkError('Internal', `${troubles} folders were not swept; see the log`);
}
