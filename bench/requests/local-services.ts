import { mkdir } from 'node:fs/promises';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { startDatabase } from '../../local/dynamodb/embedded-database.ts';
import { createLocalServices, type LocalServices } from '../../local/services.ts';

/** Creates the services of an embedded runtime, without its HTTP servers. `started` closes them, and their database. */
export async function openLocalServices(home: string, started: AsyncDisposableStack): Promise<LocalServices> {
  await mkdir(home, { recursive: true });
  const database = await startDatabase(home, silentLog);
  started.defer(() => database.close());
  const local = await createLocalServices({
    dynamodbEndpoint: database.endpoint,
    home,
    clock: systemClock,
    log: silentLog,
  });
  started.defer(() => local.close());
  return local;
}
