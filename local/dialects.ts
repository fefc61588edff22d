import { cacheKeys, type LoadKeys } from '../lambda/dialects/access-keys.ts';
import { handleKinetica } from '../lambda/dialects/kinetica/dialect.ts';
import { handleRds } from '../lambda/dialects/rds/dialect.ts';
import type { Operations } from '../lambda/operations/operations.ts';
import type { Clock } from '../lambda/runtime/clock.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import { type DialectServer, startDialectServer } from './dialect-server.ts';

/** The ports of the endpoints of the other dialects. 0: any free port. */
export interface DialectPorts {
  readonly rds: number;
  readonly kinetica: number;
}

export interface DialectOptions {
  readonly ports: DialectPorts;
  readonly keys: LoadKeys;
  readonly operations: Operations;
  readonly clock: Clock;
  readonly log: Log;
}

/** The endpoints of the other dialects. */
export type DialectServers = Readonly<Record<keyof DialectPorts, DialectServer>>;

/** How long a request of the Kinetica dialect may take, in ms. Its clients wait without a limit. */
const waitMs = 10 * 60_000;

/** Starts the endpoints. If one of them fails, closes the others. */
export async function startDialects(options: DialectOptions): Promise<DialectServers> {
  const { ports, operations, clock, log } = options;
  const keys = cacheKeys(options.keys, clock);
  const rds = await startDialectServer({
    port: ports.rds,
    variable: 'RDS_PORT',
    handle: (request) => handleRds({ operations, keys, clock, log, region: 'local' }, request),
    log,
  });
  try {
    const kinetica = await startDialectServer({
      port: ports.kinetica,
      variable: 'KINETICA_PORT',
      handle: (request) => handleKinetica({ operations, keys, clock, log, waitMs }, request),
      log,
    });
    return { rds, kinetica };
  } catch (error) {
    await rds.close();
    throw error;
  }
}
