import { readFile } from 'node:fs/promises';
import { client } from './client.ts';
import type { Command } from './command.ts';
import { compare } from './commands/compare.ts';
import { estimate } from './commands/estimate.ts';
import { item } from './commands/item.ts';
import { sweep } from './commands/sweep.ts';
import { verify } from './commands/verify.ts';
import { endpointOf } from './endpoint.ts';
import { outputTo, visible } from './output.ts';
import { Trouble, UsageError } from './trouble.ts';

const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({ item, compare, verify, estimate, sweep }),
);

const usage = `Usage: tidemark <command> [options]

${[...commands].map(([name, { summary }]) => `  ${name.padEnd(9)}${summary}`).join('\n')}

tidemark <command> --help tells more; tidemark --version prints the version`;

/** Runs one command line and returns its exit code. Results go to standard output, all else to standard error. */
export async function tidemark(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '--help') {
    console.log(name === '--help' ? usage : await version());
    return 0;
  }
  const command = commands.get(name ?? '');
  try {
    if (command === undefined) {
      throw new UsageError(name === undefined ? 'a command is missing' : `there is no command ${name}`);
    }
    return await run(command, rest, env);
  } catch (error) {
    console.error(visible(textOf(error)));
    if (error instanceof UsageError) console.error(`\n${command?.usage ?? usage}`);
    if (env['DEBUG']) console.error(error);
    return 2;
  }
}

async function run(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const prepared = command.prepare(args);
  const { common } = prepared;
  if (common.help === true) {
    console.log(command.usage);
    return 0;
  }
  const output = outputTo(common.json === true ? 'json' : 'text');
  try {
    const { exitCode, document } = await prepared.run({ call: client(endpointOf(common, env)), output });
    output.document(document);
    return exitCode;
  } finally {
    output.end();
  }
}

function textOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const next = error instanceof Trouble && error.next !== undefined ? `\n  next: ${error.next}` : '';
  return `tidemark: ${message}${next}`;
}

async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
