import { TidemarkError } from '../runtime/errors.ts';
import { stepServices } from './compose/lambda-step.ts';
import { reconcile } from '../reconcile/reconcile.ts';

let services: ReturnType<typeof stepServices> | undefined;

/** Runs by schedule; its event says nothing. Throws `Internal` after a pass with trouble, so that the alarm tells. */
export async function handler(): Promise<void> {
  services ??= stepServices('reconcile', process.env);
  const { troubles } = await reconcile(services);
  if (troubles > 0) throw new TidemarkError('Internal', `${troubles} could not be reconciled; see the log`);
}
