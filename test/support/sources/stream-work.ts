import { createBackupJob } from '../../../lambda/jobs/job.ts';
import { openBackupStaging, type Staging } from '../../../lambda/jobs/staging.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { type Config, defaultConfig } from '../../../lambda/services/config.ts';
import type { SourcePlan, SourceServices } from '../../../lambda/sources/source.ts';
import { testSecret } from '../secret.ts';
import { createSimulatedDynamodb } from '../simulated-dynamodb.ts';
import { createMemoryStore } from '../snapshot/support.ts';
import type { SimulatedTable } from './simulated-stream.ts';

export const settleMs = 3000;

/** What a source gets that reads a simulated table and its stream. The clock is the table's. */
export interface StreamWork {
  readonly services: SourceServices;
  readonly plan: SourcePlan;
  readonly staging: Staging;
  /** The stream's ARN. */
  readonly stream: string;
}

/** Prepares a base that is requested now, and whose work begins now. */
export function prepareStreamWork(table: SimulatedTable, config: Partial<Config> = {}): StreamWork {
  const marker = table.now;
  const store = createMemoryStore();
  const id = createBackupId(marker, '00000000');
  const services: Partial<SourceServices> = {
    clock: {
      now: () => table.now,
      async sleep(ms: number) {
        table.now += ms;
      },
    },
    dynamodb: createSimulatedDynamodb(table),
    config: { ...defaultConfig, settleMs, ...config },
    ids: randomIds,
    log: silentLog,
    store,
    secret: testSecret,
    streams: table.client,
  };
  const identity = { name: table.name, arn: 'arn', tableId: 'simulated-0001' };
  return {
    services: services as SourceServices,
    plan: { id, marker, table: identity, parent: undefined, startedAt: marker },
    staging: openBackupStaging({ store, secret: testSecret }, createBackupJob(table.name, id)),
    stream: String(table.stream?.arn),
  };
}
