import { createTextLog } from './text-log.ts';
import { renderBanner } from './banner.ts';
import { openLocalKeys } from './local-keys.ts';
import { readGroups } from './read-groups.ts';
import { type RuntimeOptions, startRuntime } from './runtime.ts';

/**
 * Runs the embedded runtime until Ctrl-C (`npm start`). It reads these environment variables:
 *
 * - PORT: where to listen (4100)
 * - RDS_PORT, KINETICA_PORT: where the endpoints of the other dialects listen (4101, 4102)
 * - TIDEMARK_KEYS: a file with the keys of these endpoints; without it, the key `local` with the secret `local`
 * - TIDEMARK_HOME: the folder for its data (./.tidemark)
 * - TIDEMARK_DYNAMODB_ENDPOINT: another DynamoDB to use instead of the embedded one
 * - TIDEMARK_CONFIG: the configuration; only its tables, groups and sinks are used here (./tidemark.config.json, if it exists)
 * - TIDEMARK_ORIGINS: origins of web pages that may use it, with commas between them, `*` for all (only pages of this machine)
 * - TIDEMARK_LOG=debug: log every event, not only warnings and errors
 * - DEBUG: print errors with their stack
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  // Only the owner may read and write the files and folders of this process and of its database.
  process.umask(0o077);
  const options = await readOptions(env);
  const keyFile = env['TIDEMARK_KEYS'] || undefined;
  const keys = await openLocalKeys(keyFile);
  const ports = {
    rds: readPort(env, 'RDS_PORT', '4101'),
    kinetica: readPort(env, 'KINETICA_PORT', '4102'),
  };
  const starting = startRuntime({ ...options, dialects: { ports, keys } });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    console.log('\nFinishing the running steps. Press Ctrl-C again to stop at once.');
    // The main function reports a failed start.
    starting.then((runtime) => runtime.close()).then(() => process.exit(0), fail);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const { url, dialectUrls } = await starting;
  if (!stopping) console.log(renderBanner({ url, dialectUrls, home: options.home, keyFile }));
}

async function readOptions(env: NodeJS.ProcessEnv): Promise<RuntimeOptions> {
  const endpoint = env['TIDEMARK_DYNAMODB_ENDPOINT'] || undefined;
  if (endpoint !== undefined && !(URL.canParse(endpoint) && endpoint.startsWith('http://'))) {
    throw new Error('TIDEMARK_DYNAMODB_ENDPOINT must be a URL that begins with http://');
  }
  return {
    port: readPort(env, 'PORT', '4100'),
    home: env['TIDEMARK_HOME'] || './.tidemark',
    ...(endpoint !== undefined && { dynamodbEndpoint: endpoint }),
    origins: (env['TIDEMARK_ORIGINS'] ?? '')
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
    ...(await readGroups(env['TIDEMARK_CONFIG'])),
    log: createTextLog((line) => console.error(line), env['TIDEMARK_LOG'] === 'debug'),
    progress: (line) => console.log(`${line} ...`),
  };
}

function readPort(env: NodeJS.ProcessEnv, name: string, fallback: string): number {
  const text = env[name] || fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${name} must be a number up to 65535, not ${text}`);
}

function fail(error: unknown): never {
  console.error(`tidemark: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env['DEBUG'] && error instanceof Error) console.error(error.stack);
  process.exit(1);
}

main(process.env).catch(fail);
