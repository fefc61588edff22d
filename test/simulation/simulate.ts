import { hash } from 'node:crypto';
import { Actors } from './actors.ts';
import { bringToEnd } from './ends.ts';
import type { Fault } from './faults.ts';
import { Invariants } from './invariants.ts';
import { createUniverse } from './universe.ts';

/** The result of one seed. */
export interface Outcome {
  readonly seed: number;
  /** Why the seed failed; undefined if every invariant held. */
  readonly failure: string | undefined;
  /** The log of all events, in order. */
  readonly log: readonly string[];
  /** The SHA-256 of the log. */
  readonly digest: string;
  readonly events: number;
  /** How often each kind of fault happened. */
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** How many backups and restores were compared with the model. */
  readonly checked: { readonly backups: number; readonly restores: number };
}

/** A seed that does not end within this many events is stuck. */
const maxEvents = 1_000_000;

/** Runs one universe, whose actors take this many steps, and checks it. */
export async function simulate(seed: number, steps: number): Promise<Outcome> {
  const universe = createUniverse(seed);
  const actors = new Actors(universe);
  const invariants = new Invariants(universe, actors);
  const { scheduler, faults } = universe;
  scheduler.record(`seed ${seed} with ${faults.kinds.join(', ') || 'no faults'}`);
  let failure: string | undefined;
  try {
    actors.begin(steps);
    await scheduler.run(() => actors.busy === 0, maxEvents);
    await bringToEnd(universe, actors, invariants);
  } catch (error) {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const digest = hash('sha256', scheduler.log.join('\n'));
  const { events, log } = scheduler;
  return { seed, failure, log, digest, events, faults: faults.counts, checked: invariants.checked };
}
