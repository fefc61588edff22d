import { parseArgs, type ParseArgsOptionDescriptor } from 'node:util';
import type { Call } from './client.ts';
import type { Output } from './output.ts';
import { UsageError } from './trouble.ts';

/** What a command works with. */
export interface Tools {
  readonly call: Call;
  readonly output: Output;
}

/** What came of it: a document for `--json`, and an exit code as the command's usage tells. */
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

/** A command line that was understood. */
interface Prepared {
  readonly common: CommonOptions;
  /** Throws `Trouble`, and `UsageError` for operands that are not as they must be. */
  run(tools: Tools): Promise<Outcome>;
}

export interface Command {
  /** One line of the list of commands. */
  readonly summary: string;
  readonly usage: string;
  /** Throws `UsageError`. */
  prepare(args: readonly string[]): Prepared;
}

type Options = Readonly<Record<string, Pick<ParseArgsOptionDescriptor, 'type'>>>;

/** Operands by their names; options that were not given are undefined. */
type Input<P extends string, O extends Options> = { readonly [K in P]: string } & {
  readonly [K in keyof O]?: O[K]['type'] extends 'boolean' ? boolean : string;
};

const common = {
  help: { type: 'boolean' },
  json: { type: 'boolean' },
  region: { type: 'string' },
  'endpoint-url': { type: 'string' },
} as const;

const commonUsage = `  --json               print one JSON document, and nothing else, on standard output
  --endpoint-url URL   the Tidemark to ask (TIDEMARK_ENDPOINT_URL, else http://127.0.0.1:4100)
  --region REGION      what to sign for, where the URL does not tell (AWS_REGION)
  --help               print this`;

/** Makes a command of the description of its command line and of what it does. */
export function command<const P extends string, const O extends Options>(description: {
  readonly summary: string;
  /** Without the common options, which are put in the place of `OPTIONS`. */
  readonly usage: string;
  readonly operands: readonly P[];
  readonly options: O;
  readonly run: (tools: Tools, input: Input<P, O>) => Promise<Outcome>;
}): Command {
  const { operands, options, run } = description;
  return {
    summary: description.summary,
    usage: description.usage.replace('OPTIONS', commonUsage),
    prepare(args) {
      const { values, positionals } = parse(args, { ...options, ...common });
      if (values.help !== true && positionals.length !== operands.length) {
        throw new UsageError(`it takes ${operands.map((name) => `<${name}>`).join(' ') || 'options only'}`);
      }
      const given = Object.fromEntries(operands.map((name, i) => [name, positionals[i]]));
      return { common: values, run: (tools) => run(tools, { ...values, ...given } as Input<P, O>) };
    },
  };
}

function parse(args: readonly string[], options: Options) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as CommonOptions, positionals };
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
