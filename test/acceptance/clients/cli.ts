import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Calls, type Client, type Operation, parseAnswer, placeOf, Refusal } from '../client.ts';
import { type Endpoint, root } from '../endpoint.ts';
import { startPython } from './python.ts';

/** The generated model that gives the CLI a service of its own. */
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
  /** Runs one of Tidemark's commands with its arguments. What it prints. */
  backup(...words: string[]): Promise<string>;
}

/** How a command of the CLI ended. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The AWS CLI in a Python process: starting a process for each of its commands takes half a second of a core. For the
 * service `tidemark` its model is installed first, as the documentation does it.
 *
 * @param python a Python that has the CLI
 * @param service what backup operations are called by: `aws dynamodb ...` or `aws tidemark ...`
 */
export function cliClient(python: string, service: 'dynamodb' | 'tidemark', endpoint: Endpoint): Cli {
  const env = { ...endpoint.env, ...ownHome(), AWS_PAGER: '', AWS_DEFAULT_OUTPUT: 'json' };
  const ask = startPython(python, 'cli_client.py', env);
  const run = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = JSON.parse(await ask(words)) as Ended;
    if (code === 0) return stdout;
    throw refusal(stderr) ?? new Error(`aws ${words.join(' ')} ended with ${code}: ${stderr}`);
  };
  let installed: Promise<unknown> | undefined;
  const backup = async (...words: string[]): Promise<string> => {
    if (service === 'tidemark') await (installed ??= run(...addModel));
    return run(service, ...words, '--endpoint-url', endpoint.url);
  };
  const tables = (...words: string[]): Promise<string> =>
    run('dynamodb', ...words, ...(endpoint.tablesUrl ? ['--endpoint-url', endpoint.tablesUrl] : []));
  return {
    name: `cli-${service}`,
    backup,
    async call<K extends Operation>(operation: K, input: Calls[K][0]): Promise<Calls[K][1]> {
      const asked = placeOf(operation) === 'tidemark' ? backup : tables;
      const words = [asCommand(operation), '--cli-input-json', JSON.stringify(input), '--no-paginate'];
      return parseAnswer((await asked(...words)) || '{}') as Calls[K][1];
    },
  };
}

/** A home folder that goes with the tests: nothing is read from, or installed into, the user's own. */
export function ownHome(): { HOME: string } {
  const home = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return { HOME: home };
}

/** `CreateBackup` is `create-backup`. */
function asCommand(operation: string): string {
  return operation.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** The error that the service answered with, as the CLI prints it; undefined for an error of the CLI's own. */
function refusal(stderr: string): Refusal | undefined {
  const told = /An error occurred \((\w+)\) when calling the \w+ operation(?: \(.*?\))?: (.*)/s.exec(stderr);
  return told ? new Refusal(String(told[1]), String(told[2]).trim()) : undefined;
}
