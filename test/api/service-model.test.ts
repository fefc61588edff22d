import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServiceModel } from '../../api/service-model.ts';
import { answerTo, fakeOperations } from '../dialects/dynamodb/fakes.ts';
import { api } from './schemas.ts';

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
}

describe('the service model', () => {
  const model = createServiceModel(api) as {
    operations: Record<
      string,
      { input: { shape: string }; output: { shape: string }; errors: { shape: string }[] }
    >;
    shapes: Record<string, Shape>;
  };

  test('defines every shape that it refers to, and no other', () => {
    const roots = Object.values(model.operations).flatMap(({ input, output, errors }) => [
      input,
      output,
      ...errors,
    ]);
    const seen = new Set<string>();
    const visit = ({ shape: name }: { readonly shape: string }): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const { members = {}, member, value } = model.shapes[name] ?? {};
      for (const next of [...Object.values(members), member, value]) if (next) visit(next);
    };
    roots.forEach(visit);
    expect(Object.keys(model.shapes).toSorted()).toEqual([...seen].toSorted());
  });

  test('has the required members and the constraints of requests', () => {
    expect(model.shapes).toMatchObject({
      CreateBackupInput: { type: 'structure', required: ['TableName', 'BackupName'] },
      CreateBackupInputBackupName: { type: 'string', min: 3, max: 255, pattern: '[a-zA-Z0-9_.-]+' },
      ListBackupsInputLimit: { type: 'integer', min: 1, max: 100 },
    });
  });
});

const file = fileURLToPath(new URL('../../docs/api/tidemark-2012-08-10.json', import.meta.url));

/**
 * Finds a Python with the module: that which TIDEMARK_TEST_PYTHON names, or else that on the path. Fails the tests
 * if the named Python lacks the module. If there is none on the path, prints so, as nothing else shows that tests do not run.
 * Returns the path of the interpreter itself, because a shim may not find it from another home.
 */
function findPython(module: string): string[] {
  const named = process.env['TIDEMARK_TEST_PYTHON'];
  const name = named || 'python3';
  const result = spawnSync(name, ['-c', `import ${module}, sys; print(sys.executable)`], {
    encoding: 'utf8',
  });
  if (result.status === 0) return [result.stdout.trim()];
  if (named) return [named];
  console.log(`no test with ${module}: ${name} does not have it`);
  return [];
}

/** Runs Python code and parses its output as JSON. */
function run(python: string, args: string[], env: Record<string, string>, input = ''): unknown {
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8', env, input });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout === '' ? undefined : JSON.parse(stdout);
}

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-api-'));
  cpSync(file, join(home, 'data', 'tidemark', '2012-08-10', 'service-2.json'));
});
afterAll(() => rmSync(home, { recursive: true }));

describe.each(findPython('botocore'))('botocore, with the service model', (python) => {
  const script = fileURLToPath(new URL('client.py', import.meta.url));
  const play = (calls: object[]) =>
    run(python, [script], { AWS_DATA_PATH: join(home, 'data') }, JSON.stringify(calls));

  test('sends requests unchanged, signed for execute-api, and decodes every member of the answers', async () => {
    const operations = fakeOperations();
    const calls = await Promise.all(
      api.operations.map(async ({ name, example }) => ({
        operation: name,
        request: example,
        ...(await answerTo(operations, name, example)),
      })),
    );
    const expected = api.operations.map(({ target, example }, i) => ({
      sent: {
        url: 'http://127.0.0.1:1/prod',
        target,
        authorization: expect.stringContaining('/eu-west-1/execute-api/aws4_request'),
        body: example,
      },
      result: calls[i]?.answer,
      misfit: '',
    }));
    expect(play(calls)).toEqual(expected);
  });

  test('raises an exception class of its own for every error of an operation', () => {
    const failing = api.operations.flatMap(({ name, example, errors }) =>
      [...errors, 'ValidationException', 'ThrottlingException'].map((error) => ({
        operation: name,
        request: example,
        status: 400,
        answer: { __type: `some.prefix#${error}`, message: 'why' },
        error,
      })),
    );
    const expected = failing.map(({ error }) =>
      expect.objectContaining({ exception: error, message: 'why' }),
    );
    expect(play(failing)).toEqual(expected);
  });
});

describe.each(findPython('awscli'))('the AWS CLI, after `aws configure add-model`', (python) => {
  test('has a command for each operation, with an option for each member', () => {
    const env = { HOME: home, AWS_DEFAULT_REGION: 'eu-west-1' };
    const aws = (...args: string[]) => run(python, ['-m', 'awscli', ...args], env);
    aws('configure', 'add-model', '--service-name', 'tidemark', '--service-model', `file://${file}`);
    for (const [command, input] of [
      ['create-backup', 'CreateBackupInput'],
      ['restore-table-to-point-in-time', 'RestoreTableToPointInTimeInput'],
      ['get-backup-item', 'GetBackupItemInput'],
    ] as const) {
      const skeleton = aws('tidemark', command, '--generate-cli-skeleton') as object;
      expect(Object.keys(skeleton)).toEqual(Object.keys(api.structures.get(input)?.members ?? {}));
    }
  });
});
