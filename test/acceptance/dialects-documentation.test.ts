import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasCurl } from './clients/find-programs.ts';
import { findAlicloud, findPythonWith, useDialects } from './dialects.ts';
import { root } from './endpoint.ts';
import { type Example, readExamples } from './examples.ts';
import { simpleTable } from '../support/wire/support.ts';

const dialects = useDialects();
const alicloud = findAlicloud();
const python = findPythonWith('aliyunsdkrds', 'gpudb');

/** Programs that take a text on standard input and run it, each with the folder in which they find the clients. */
const runners: Readonly<
  Record<string, { readonly command: readonly string[]; readonly cwd: string } | undefined>
> = {
  js:
    alicloud === undefined
      ? undefined
      : { command: [process.execPath, '--input-type=module', '-'], cwd: alicloud },
  sh:
    python === undefined || !hasCurl()
      ? undefined
      : { command: ['bash', '-euo', 'pipefail', '-s'], cwd: root },
  python: python === undefined ? undefined : { command: [python, '-'], cwd: root },
};

const sections = new Set(['Alibaba Cloud RDS', 'Kinetica']);

const page = readFileSync(join(root, 'docs', 'clients.md'), 'utf8');
/** The examples that are programs. The other blocks are files and answers. */
const programs = readExamples(page).filter(
  ({ section, language }) => sections.has(section) && Object.hasOwn(runners, language),
);
/** The examples whose client is installed. */
const examples = programs.filter(({ language }) => runners[language] !== undefined);

beforeAll(async () => {
  await dialects.tables.ok('CreateTable', { TableName: 'Music', ...simpleTable });
  await dialects.tables.fill('Music', 1);
});

describe('the examples of docs/clients.md for other dialects', () => {
  test('include one for each dialect', () => {
    expect(new Set(programs.map(({ section }) => section))).toEqual(sections);
  });

  test.for(
    examples.map((example, i) => [`${i + 1}, ${example.section}, ${example.language}`, example] as const),
  )('%s: the example runs and prints the output below it', async ([, example]) => {
    expect(await runExample(example)).toBe(example.prints);
  });
});

/** Runs an example and returns what it prints. Throws an error with that output if the example fails. */
async function runExample({ language, code }: Example): Promise<string> {
  const runner = runners[language];
  if (runner === undefined) throw new Error(`nothing runs ${language}`);
  const [program = '', ...words] = runner.command;
  const running = promisify(execFile)(program, words, { cwd: runner.cwd });
  running.child.stdin?.end(
    code.replaceAll('127.0.0.1:4101', dialects.rds).replaceAll('127.0.0.1:4102', dialects.kinetica),
  );
  return (await running).stdout;
}
