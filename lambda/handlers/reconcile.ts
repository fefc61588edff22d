import { stepServices } from '../workflow/lambda-step.ts';
import { reconcile } from '../workflow/reconcile.ts';

let services: ReturnType<typeof stepServices> | undefined;

/** Runs by schedule; its event says nothing. */
export async function handler(): Promise<void> {
  services ??= stepServices('reconcile', process.env);
  await reconcile(services);
}
