import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { formsOf, pathForms } from '../../lambda/dialects/dynamodb/paths.ts';
import { createHome } from './clients/cli.ts';
import { findCli, hasCurl, findPython } from './clients/find-programs.ts';
import { createJavascriptClient } from './clients/javascript.ts';
import { root, startEmbedded } from './endpoint.ts';
import { type Example, readExamples } from './examples.ts';
import { observe } from './observer.ts';

const page = readFileSync(join(root, 'docs', 'clients.md'), 'utf8');

const endpoint = await startEmbedded();
const { url, seen } = await observe(endpoint.url);
const python = findPython();
const shell = findCli() !== undefined && hasCurl();

/** Programs that take a text on standard input and run it. */
const runners: Readonly<Record<string, readonly string[] | undefined>> = {
  js: [process.execPath, '--input-type=module', '-'],
  ...(shell && { sh: ['bash', '-euo', 'pipefail', '-s'] }),
  // The tests before have installed the model in the CLI by then.
  ...(shell && python !== undefined && { python: [python, '-'] }),
};

const environment = {
  ...endpoint.env,
  ...createHome(),
  // The CLI of a virtual environment is in the same folder as its Python.
  PATH: [python?.includes('/') && dirname(python), process.env['PATH']].filter(Boolean).join(delimiter),
  AWS_REGION: endpoint.region,
  AWS_PAGER: '',
};

beforeAll(async () => {
  const client = createJavascriptClient(endpoint);
  await client.call('CreateTable', {
    TableName: 'Music',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'Song', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'Song', KeyType: 'HASH' }],
  });
  const put = { PutRequest: { Item: { Song: { S: 'Blue in Green' } } } };
  await client.call('BatchWriteItem', { RequestItems: { Music: [put] } });
  await client.call('CreateBackup', { TableName: 'Music', BackupName: 'nightly' });
});

/** Sections whose examples dialects-documentation.test.ts runs. */
const ofDialects = new Set(['Alibaba Cloud RDS', 'Kinetica']);

const runnable = readExamples(page).filter(
  ({ language, section }) => runners[language] !== undefined && !ofDialects.has(section),
);

describe('the examples of docs/clients.md', () => {
  test.for(
    runnable.map((example, i) => [`${i + 1}, ${example.section}, ${example.language}`, example] as const),
  )('%s: the example runs and prints the output below it', async ([, example]) => {
    seen.length = 0;
    expect(await runExample(example)).toBe(example.prints);
    const service = example.section === 'On this machine' ? 'dynamodb' : 'execute-api';
    expect(new Set(seen.map(({ signedFor }) => signedFor))).toEqual(new Set([service]));
  });
});

/** Runs an example and returns what it prints. Throws an error with that output if the example fails. */
async function runExample({ language, code }: Example): Promise<string> {
  const [program = '', ...words] = runners[language] ?? [];
  const running = promisify(execFile)(program, words, { cwd: root, env: environment });
  running.child.stdin?.end(fillInAddresses(code));
  return (await running).stdout;
}

/** Replaces the placeholder addresses in an example by those of the endpoint. */
function fillInAddresses(code: string): string {
  return code.replaceAll('http://127.0.0.1:4100', url).replaceAll('<ApiUrl>', `${url}/`);
}

describe('docs/clients.md', () => {
  test('lists the operations that each path accepts', () => {
    for (const form of ['/', ...Object.values(pathForms)] as const) {
      const served = apiOperations.filter((operation) => formsOf(operation).includes(form));
      const operations = form === '/' ? 'all' : served.map(({ name }) => name).join(', ');
      expect(page.split('\n')).toContain(`| \`${form}\` | ${operations} |`);
    }
  });

  test('has a policy in valid JSON', () => {
    const policy = readExamples(page).find(({ language }) => language === 'json');
    expect(JSON.parse(policy?.code ?? '')).toMatchObject({ Statement: [{ Action: 'execute-api:Invoke' }] });
  });
});
