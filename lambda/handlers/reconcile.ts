import { TidemarkError } from '../runtime/errors.ts';
import { createStepServices } from './compose/lambda-step.ts';
import { reconcile } from '../reconcile/reconcile.ts';

let services: ReturnType<typeof createStepServices> | undefined;

/** Runs on a schedule and ignores its event. Throws `Internal` after a pass with trouble, which raises the alarm. */
export async function handler(): Promise<void> {
  services ??= createStepServices('reconcile', process.env);
  const { troubles } = await reconcile(services);
  if (troubles > 0) throw new TidemarkError('Internal', `${troubles} could not be reconciled; see the log`);
}
