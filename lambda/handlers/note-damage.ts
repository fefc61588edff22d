import { openCatalog } from '../catalog/catalog.ts';
import { createDynamodbClient } from '../item/clients.ts';
import { systemClock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { randomIds } from '../runtime/ids.ts';
import { createLambdaLog } from '../runtime/logger.ts';
import { requireVariable } from '../runtime/required.ts';
import { type DamageReport, noteDamage } from '../services/note-damage.ts';

let services: Parameters<typeof noteDamage>[0] | undefined;

/** Records damage that the function for reads has found. That function may not write the catalog itself. */
export async function handler({ backup, damage }: DamageReport): Promise<void> {
  const catalogTable = requireVariable(process.env, environment.catalogTable);
  services ??= {
    catalog: openCatalog(createDynamodbClient(), catalogTable, systemClock, randomIds),
    clock: systemClock,
    log: createLambdaLog('note-damage'),
  };
  await noteDamage(services, backup, damage);
}
