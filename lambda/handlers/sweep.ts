import { sweep } from '../retention/sweep.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { createStepServices } from './compose/lambda-step.ts';

let services: ReturnType<typeof createStepServices> | undefined;

/** Runs on a schedule and ignores its event. Throws `Internal` after a sweep with trouble, which raises the alarm. */
export async function handler(): Promise<void> {
  services ??= createStepServices('sweep', process.env);
  const { troubles } = await sweep(services);
  if (troubles > 0) throw new TidemarkError('Internal', `${troubles} folders were not swept; see the log`);
}
