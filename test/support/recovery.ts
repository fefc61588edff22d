import type { Clock } from '../../lambda/runtime/clock.ts';
import type { Services } from '../../lambda/services/services.ts';

/** Simulates only the description of point-in-time recovery: enabled since an hour ago, or disabled. */
export interface SimulatedRecovery {
  enabled: boolean;
  /** When it was enabled, epoch ms. */
  since: number;
  readonly recovery: Services['recovery'];
}

export function createSimulatedRecovery(clock: Clock): SimulatedRecovery {
  const describe = async () => {
    if (!simulated.enabled) return { enabled: false };
    // The last complete second.
    return { enabled: true, earliest: simulated.since, latest: Math.floor(clock.now() / 1000) * 1000 - 1000 };
  };
  const simulated: SimulatedRecovery = {
    enabled: true,
    since: clock.now() - 60 * 60_000,
    recovery: {
      describe,
      update: async (_table, specification) => {
        if (specification.enabled && !simulated.enabled) simulated.since = clock.now();
        simulated.enabled = specification.enabled;
        return describe();
      },
    },
  };
  return simulated;
}
