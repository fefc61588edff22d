import type { Machine } from '../lambda/jobs/job.ts';
import definitions from '../lib/workflow/definitions.json' with { type: 'json' };

/** Returns the definition of a state machine that the stack deploys, without loading the CDK. Nobody may change it. */
export function findDefinition(machine: Machine): object {
  return definitions[machine];
}
