import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { type Calls, type Client, type Operation, parseAnswer, placeOf, Refusal } from '../client.ts';
import { type Endpoint, root } from '../endpoint.ts';
import type { Command } from './found.ts';

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

/**
 * The AWS CLI. For the service `tidemark` its model is installed first, as the documentation says it.
 *
 * @param service what backup operations are called by: `aws dynamodb ...` or `aws tidemark ...`
 */
export function cliClient(aws: Command, service: 'dynamodb' | 'tidemark', endpoint: Endpoint): Cli {
  const env = { ...endpoint.env, ...ownHome(), AWS_PAGER: '', AWS_DEFAULT_OUTPUT: 'json' };
  const run = async (...words: string[]): Promise<string> => {
    const [program, ...before] = aws;
    const { stdout } = await promisify(execFile)(program, [...before, ...words], { env });
    return stdout;
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
      const printed = await asked(...words).catch((error: unknown) => {
        throw refusal(error) ?? error;
      });
      return parseAnswer(printed || '{}') as Calls[K][1];
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

/** What the CLI says of an error that the service answered with. */
function refusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error && 'stderr' in error)) return undefined;
  const told = /An error occurred \((\w+)\) when calling the \w+ operation(?: \(.*?\))?: (.*)/s.exec(
    String(error.stderr),
  );
  return told ? new Refusal(String(told[1]), String(told[2]).trim()) : undefined;
}
