import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import { isServedAt, paths } from '../../lambda/dialects/dynamodb/paths.ts';
import { ownHome } from './clients/cli.ts';
import { foundCli, foundCurl, foundPython } from './clients/found.ts';
import { javascriptClient } from './clients/javascript.ts';
import { embedded, root } from './endpoint.ts';
import { type Example, examplesOf } from './examples.ts';
import { observe } from './observer.ts';

const page = readFileSync(join(root, 'docs', 'clients.md'), 'utf8');

const endpoint = await embedded();
const { url, seen } = await observe(endpoint.url);
const python = foundPython();
const shell = foundCli() !== undefined && foundCurl();

/** Programs that take a text on standard input and run it. */
const runners: Readonly<Record<string, readonly string[] | undefined>> = {
  js: [process.execPath, '--input-type=module', '-'],
  ...(shell && { sh: ['bash', '-euo', 'pipefail', '-s'] }),
  // With the model that the CLI has installed by then.
  ...(shell && python !== undefined && { python: [python, '-'] }),
};

const environment = {
  ...endpoint.env,
  ...ownHome(),
  // The CLI of an environment stands beside its Python.
  PATH: [python?.includes('/') && dirname(python), process.env['PATH']].filter(Boolean).join(delimiter),
  AWS_REGION: endpoint.region,
  AWS_PAGER: '',
};

beforeAll(async () => {
  const client = javascriptClient(endpoint);
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

const runnable = examplesOf(page).filter(({ language }) => runners[language] !== undefined);

describe('each example of docs/clients.md runs and prints what stands below it:', () => {
  test.for(
    runnable.map((example, i) => [`${i + 1}, ${example.section}, ${example.language}`, example] as const),
  )('%s', async ([, example]) => {
    seen.length = 0;
    expect(await outputOf(example)).toBe(example.prints);
    const service = example.section === 'On this machine' ? 'dynamodb' : 'execute-api';
    expect(new Set(seen.map(({ signedFor }) => signedFor))).toEqual(new Set([service]));
  });
});

/** What the example prints. Throws if it fails, with all that it said. */
async function outputOf({ language, code }: Example): Promise<string> {
  const [program = '', ...words] = runners[language] ?? [];
  const running = promisify(execFile)(program, words, { cwd: root, env: environment });
  running.child.stdin?.end(addressed(code));
  return (await running).stdout;
}

/** The example with addresses in place of the ones that stand for them. */
function addressed(code: string): string {
  return code
    .replaceAll('http://127.0.0.1:4100', url)
    .replaceAll('<ApiUrl>', `${url}/`)
    .replaceAll('<BackupApiUrl>', `${url}/backup`);
}

describe('the page says', () => {
  test('what each path serves', () => {
    for (const path of paths) {
      const served = apiOperations.filter((operation) => isServedAt(path, operation));
      const operations = path === '/' ? 'all' : served.map(({ name }) => name).join(', ');
      expect(page).toMatch(new RegExp(`^\\| \`${path}\` \\| \`\\w+\` \\| ${operations} \\|$`, 'm'));
    }
  });

  test('a policy that is JSON', () => {
    const policy = examplesOf(page).find(({ language }) => language === 'json');
    expect(JSON.parse(policy?.code ?? '')).toMatchObject({ Statement: [{ Action: 'execute-api:Invoke' }] });
  });
});
