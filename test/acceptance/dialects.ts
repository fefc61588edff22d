import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { createTextLog } from '../../local/text-log.ts';
import { openLocalKeys } from '../../local/local-keys.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { Wire } from '../support/wire/support.ts';

/** The endpoints of the other dialects, and the DynamoDB with their tables. Set while tests run. */
export interface Dialects {
  readonly tables: Wire;
  /** `host:port`. */
  readonly rds: string;
  readonly kinetica: string;
}

/**
 * Registers the hooks that start and close an embedded runtime with all dialects, as `npm start` does. It uses the
 * system's clock, because the clients sign with that time.
 */
export function useDialects(): Dialects {
  let runtime: Runtime | undefined;
  let home: string;
  vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tidemark-dialects-'));
    runtime = await startRuntime({
      port: 0,
      home,
      // Prints the runtime's warnings, which help when a test has failed.
      log: createTextLog(console.log, false),
      dialects: { ports: { rds: 0, kinetica: 0 }, keys: await openLocalKeys(undefined) },
    });
  });
  afterAll(async () => {
    await runtime?.close();
    await rm(home, { recursive: true, force: true });
  });
  const find = (name: 'rds' | 'kinetica') => new URL(runtime?.dialectUrls?.[name] ?? '').host;
  return {
    tables: new Wire(() => ({ url: runtime?.url ?? '' })),
    get rds() {
      return find('rds');
    },
    get kinetica() {
      return find('kinetica');
    },
  };
}

const python = process.env['TIDEMARK_TEST_PYTHON'] || 'python3';

/** Finds a Python with these modules. Prints a line if there is none: nothing else shows that its tests do not run. */
export function findPythonWith(...modules: readonly string[]): string | undefined {
  const imports = modules.map((name) => `import ${name}`).join('; ');
  if (spawnSync(python, ['-c', imports], { stdio: 'ignore' }).status === 0) return python;
  console.log(`no tests with ${modules.join(', ')}: ${python} does not have them`);
  return undefined;
}

/** Finds the program with the Go client that .ci/clients.sh builds where there is a Go toolchain. */
export function findGoClient(): string | undefined {
  const program = join(dirname(python), '..', 'rds-go');
  if (python.includes('/') && existsSync(program)) return program;
  console.log('no tests with the Go SDK: run .ci/clients.sh where Go is installed');
  return undefined;
}

/** Finds the folder with the JavaScript clients that .ci/clients.sh installs. */
export function findAlicloud(): string | undefined {
  const folder = join(dirname(python), '..', 'node');
  if (python.includes('/') && existsSync(join(folder, 'node_modules', '@alicloud'))) return folder;
  console.log('no tests with @alicloud: run .ci/clients.sh');
  return undefined;
}
