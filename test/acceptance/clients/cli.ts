import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  type Calls,
  type Client,
  type Operation,
  parseAnswer,
  placeOf,
  ServiceError,
  urlAt,
} from '../client.ts';
import { type Endpoint, root } from '../endpoint.ts';
import { startPython } from './python.ts';

/** The generated service model, which makes `tidemark` a service of the CLI. */
const model = join(root, 'docs', 'api', 'tidemark-2012-08-10.json');
const addModel = [
  'configure',
  'add-model',
  '--service-name',
  'tidemark',
  '--service-model',
  `file://${model}`,
];

export interface Cli extends Client {
  /** Runs one of Tidemark's commands with its arguments, and returns what it prints. */
  backup(...words: string[]): Promise<string>;
}

/** The result of a command of the CLI. */
interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Creates a client that runs the AWS CLI in one Python process: a new process for each command would take half a second of
 * core. For the service `tidemark` it first installs the model, as the documentation does.
 *
 * @param python a Python that has the AWS CLI
 * @param service the service that backup operations are called with: `aws dynamodb ...` or `aws tidemark ...`
 */
export function createCliClient(python: string, service: 'dynamodb' | 'tidemark', endpoint: Endpoint): Cli {
  const env = { ...endpoint.env, ...createHome(), AWS_PAGER: '', AWS_DEFAULT_OUTPUT: 'json' };
  const ask = startPython(python, 'cli_client.py', env);
  const run = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = JSON.parse(await ask(words)) as CommandResult;
    if (code === 0) return stdout;
    throw parseError(stderr) ?? new Error(`aws ${words.join(' ')} ended with ${code}: ${stderr}`);
  };
  let installed: Promise<unknown> | undefined;
  const backupAt = async (path: string | undefined, ...words: string[]): Promise<string> => {
    if (service === 'tidemark') await (installed ??= run(...addModel));
    return run(service, ...words, '--endpoint-url', urlAt(endpoint.url, path));
  };
  const tables = (...words: string[]): Promise<string> =>
    run('dynamodb', ...words, ...(endpoint.tablesUrl ? ['--endpoint-url', endpoint.tablesUrl] : []));
  return {
    name: `cli-${service}`,
    backup: (...words) => backupAt(undefined, ...words),
    async call<K extends Operation>(operation: K, input: Calls[K][0], path?: string): Promise<Calls[K][1]> {
      const words = [toCommand(operation), '--cli-input-json', JSON.stringify(input), '--no-paginate'];
      const isOurs = placeOf(operation) === 'tidemark';
      return parseAnswer(
        (await (isOurs ? backupAt(path, ...words) : tables(...words))) || '{}',
      ) as Calls[K][1];
    },
  };
}

/** Creates a home folder for the tests, so that they neither read nor change the user's own home. */
export function createHome(): { HOME: string } {
  const home = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return { HOME: home };
}

/** Translates a name such as `CreateBackup` to `create-backup`. */
function toCommand(operation: string): string {
  return operation.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** Reads an error of the service from the CLI's output; undefined for an error of the CLI itself. */
function parseError(stderr: string): ServiceError | undefined {
  const match = /An error occurred \((\w+)\) when calling the \w+ operation(?: \(.*?\))?: (.*)/s.exec(stderr);
  return match ? new ServiceError(String(match[1]), String(match[2]).trim()) : undefined;
}
