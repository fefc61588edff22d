import { readFile } from 'node:fs/promises';
import { createClient } from './client.ts';
import type { Command } from './command.ts';
import { cancel } from './commands/cancel.ts';
import { compare } from './commands/compare.ts';
import { estimate } from './commands/estimate.ts';
import { item } from './commands/item.ts';
import { restores } from './commands/restores.ts';
import { sets } from './commands/sets.ts';
import { sinks } from './commands/sinks.ts';
import { sweep } from './commands/sweep.ts';
import { verify } from './commands/verify.ts';
import { chooseEndpoint } from './endpoint.ts';
import { createOutput, escapeInvisible } from './output.ts';
import { CommandError, UsageError } from './errors.ts';

/*
 * A command line passes through these files:
 *
 *     tidemark.ts      finds the command, runs it, and turns its errors into messages and the exit code
 *     command.ts       reads the operands and options by the command's definition
 *     commands/*.ts    the commands: each calls operations of the endpoint and prints their answers
 *     client.ts        calls an operation over HTTP, with endpoint.ts, signer.ts and errors.ts
 *     output.ts        prints lines for people, or one JSON document; and renders figures
 *
 * Only these commands change something: `sets`, by its actions create, delete and restore; `cancel`; and `sinks`, which writes one small
 * object to each data sink.
 */

const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({ item, compare, verify, estimate, restores, sets, sinks, sweep, cancel }),
);

const usage = `Usage: tidemark <command> [options]

${[...commands].map(([name, { summary }]) => `  ${name.padEnd(9)}${summary}`).join('\n')}

tidemark <command> --help explains a command; tidemark --version prints the version`;

/** Runs a command line and returns its exit code. Only results go to standard output, everything else to standard error. */
export async function runCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '--help') {
    console.log(name === '--help' ? usage : await readVersion());
    return 0;
  }
  const command = commands.get(name ?? '');
  try {
    if (command === undefined) {
      throw new UsageError(name === undefined ? 'a command is missing' : `there is no command ${name}`);
    }
    return await run(command, rest, env);
  } catch (error) {
    console.error(escapeInvisible(renderError(error)));
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
  const output = createOutput(common.json === true ? 'json' : 'text');
  try {
    const { exitCode, document } = await prepared.run({
      call: createClient(chooseEndpoint(common, env)),
      output,
    });
    output.printDocument(document);
    return exitCode;
  } finally {
    output.clearProgress();
  }
}

function renderError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const next =
    error instanceof CommandError && error.nextStep !== undefined ? `\n  next: ${error.nextStep}` : '';
  return `tidemark: ${message}${next}`;
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
