import { isError, reasonOf } from '../../runtime/errors.ts';
import type { Services } from '../../services/services.ts';
import { noteFailure } from '../../jobs/failure-note.ts';
import type { Job } from '../../jobs/job.ts';
import type { TaskHandler } from '../../jobs/states.ts';

export type Step<I, O> = (services: Services, input: I) => Promise<O>;

/**
 * Runs a step with the store of its job's data sink, logs one line, and notes the reason of a failure where `abort` finds it, as error names do not pass through
 * every state machine. `TaskIncomplete` (an earlier step failed) and, for a restore, `TurnLost` (another execution owns
 * it) are symptoms, so they do not overwrite a recorded reason.
 */
export async function runStep<I extends { readonly job: Job }, O extends object>(
  services: Services,
  name: TaskHandler,
  step: Step<I, O>,
  input: I,
): Promise<O> {
  const { job } = input;
  const { log, clock } = services;
  const started = clock.now();
  const facts = { step: name, table: job.table, id: job.id, execution: job.execution };
  try {
    const output = await step({ ...services, store: services.sinks.openStore(job.sink) }, input);
    const status = 'status' in output ? output.status : undefined;
    log.info('step done', { ...facts, status, milliseconds: clock.now() - started });
    return output;
  } catch (error) {
    log.error('step failed', { ...facts, reason: reasonOf(error), milliseconds: clock.now() - started });
    const isRestore = job.machine === 'restore';
    if (!isError(error, 'TaskIncomplete') && !(isRestore && isError(error, 'TurnLost'))) {
      await noteFailure(services, job, error).catch((cause: unknown) =>
        log.warn('reason not noted', { ...facts, reason: reasonOf(cause) }),
      );
    }
    throw error;
  }
}
