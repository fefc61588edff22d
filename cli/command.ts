import { parseArgs, type ParseArgsOptionDescriptor } from 'node:util';
import type { Call } from './client.ts';
import type { Output } from './output.ts';
import { UsageError } from './errors.ts';

/** The means that a command works with: calls to the endpoint, and the output. */
export interface Tools {
  readonly call: Call;
  readonly output: Output;
}

/** The result of a command: the document for `--json`, and the exit code, which the command's usage explains. */
export interface Outcome {
  readonly exitCode: 0 | 1;
  readonly document: object;
}

/** The options that every command has. */
export interface CommonOptions {
  readonly help?: boolean;
  readonly json?: boolean;
  readonly region?: string;
  readonly 'endpoint-url'?: string;
}

/** A command with its arguments, ready to run. */
interface PreparedCommand {
  readonly common: CommonOptions;
  /** Throws `CommandError`, or `UsageError` for an operand of a wrong form. */
  run(tools: Tools): Promise<Outcome>;
}

export interface Command {
  /** Its line in the list of commands, without its name. */
  readonly summary: string;
  readonly usage: string;
  /** Reads the arguments. Throws `UsageError` if they are wrong. */
  prepare(args: readonly string[]): PreparedCommand;
}

type Options = Readonly<Record<string, Pick<ParseArgsOptionDescriptor, 'type'>>>;

/** The operands and options by their names. Those that may be left out and were not given are undefined. */
type Input<P extends string, Q extends string, O extends Options> = { readonly [K in P]: string } & {
  readonly [K in Q]?: string;
} & {
  readonly [K in keyof O]?: O[K]['type'] extends 'boolean' ? boolean : string;
};

const common = {
  help: { type: 'boolean' },
  json: { type: 'boolean' },
  region: { type: 'string' },
  'endpoint-url': { type: 'string' },
} as const;

const commonUsage = `  --json               print one JSON document on standard output, and nothing else
  --endpoint-url URL   Tidemark's endpoint (default: TIDEMARK_ENDPOINT_URL, then http://127.0.0.1:4100)
  --region REGION      region to sign requests for (default: the one in the URL, then AWS_REGION)
  --help               print this help`;

/** Defines a command: its command line, and the function that runs it. */
export function defineCommand<
  const P extends string,
  const O extends Options,
  const Q extends string = never,
>(description: {
  readonly summary: string;
  /** The usage. `OPTIONS` in it stands for the options that every command has. */
  readonly usage: string;
  /** Names of the required operands, in order. */
  readonly operands: readonly P[];
  /** Names of the operands after these that may be left out, in order. */
  readonly optionalOperands?: readonly Q[];
  readonly options: O;
  readonly run: (tools: Tools, input: Input<P, Q, O>) => Promise<Outcome>;
}): Command {
  const { operands, optionalOperands = [], options, run } = description;
  const names = [...operands, ...optionalOperands];
  return {
    summary: description.summary,
    usage: description.usage.replace('OPTIONS', commonUsage),
    prepare(args) {
      const { values, positionals } = parseOptions(args, { ...options, ...common });
      const count = positionals.length;
      if (values.help !== true && (count < operands.length || count > names.length)) {
        const expected = [
          ...operands.map((name) => `<${name}>`),
          ...optionalOperands.map((name) => `[${name}]`),
        ].join(' ');
        throw new UsageError(expected === '' ? 'this command has no operands' : `expected ${expected}`);
      }
      const given = Object.fromEntries(names.map((name, i) => [name, positionals[i]]));
      return { common: values, run: (tools) => run(tools, { ...values, ...given } as Input<P, Q, O>) };
    },
  };
}

function parseOptions(args: readonly string[], options: Options) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as CommonOptions, positionals };
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
