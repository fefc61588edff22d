import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditMessage } from '../../lambda/dialects/audit-message.ts';
import { auditFields } from '../../lambda/dialects/dynamodb/audit.ts';
import { parsePath } from '../../lambda/dialects/dynamodb/paths.ts';
import { parseConfig } from '../../lib/config/parse-config.ts';
import { expectedRights } from '../lib/rights/expected-rights.ts';
import { render, synthesize } from '../support/synthesis.ts';
import { columns, powersOf } from '../support/function-powers.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'security.md'), 'utf8');

describe('the table of functions in docs/security.md', () => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  test('has a row for each function and a column for each power', () => {
    expect(rows.map(([name]) => name)).toEqual(
      Object.keys(expectedRights).map((handler) => `\`${handler}\``),
    );
    expect(page).toContain(`| function | ${columns.join(' | ')} | what code inside it could do |`);
  });

  test.each(Object.keys(expectedRights))(
    'states for %s exactly the rights that the template grants',
    (handler) => {
      const [, ...cells] = rows.find(([name]) => name === `\`${handler}\``) ?? [];
      expect(cells.slice(0, -1)).toEqual(powersOf(handler));
      expect(cells.at(-1)).toMatch(/^[A-Z].*\.$/);
    },
  );
});

describe('the teams and policies in docs/security.md', () => {
  const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json) as object);
  const teams = blocks.filter((block) => 'verbs' in block);

  test('are five teams that the configuration accepts, each with its policy’s output', () => {
    expect(teams).toHaveLength(5);
    const config = parseConfig({ teams }, 'the page');
    const made = synthesize({ teams });
    const outputs = Object.keys(made.findOutputs('*'));
    expect(outputs).toEqual(expect.arrayContaining(config.teams.map(({ name }) => `Team${name}PolicyArn`)));
  });

  test('include a policy written by hand, which allows a path of the endpoint', () => {
    const written = blocks.find((block) => 'Statement' in block);
    const [, path = ''] = /\/prod\/POST(\/[^"]+)/.exec(JSON.stringify(written)) ?? [];
    expect(parsePath(path.replaceAll('*', 'x'))).toMatchObject({ verb: 'restore' });
  });
});

test('the query in docs/security.md shows the fields of the audit line', () => {
  expect(page).toContain(`fields @timestamp, ${auditFields.join(', ')}`);
  expect(page).toContain(`filter message = "${auditMessage}"`);
});

describe('the managed policies of the stack', () => {
  const made = synthesize({
    tables: ['orders-*'],
    teams: [{ name: 'Shop', tables: ['orders-*', 'users'], targets: ['copy-*'], verbs: ['read', 'restore'] }],
  });
  const pathsOf = (description: string): string[] => {
    const policy = Object.values(made.findResources('AWS::IAM::ManagedPolicy')).find(
      ({ Properties }) => Properties.Description === `Tidemark: ${description}`,
    );
    const [statement, ...more] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(more).toEqual([]);
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
    const resources: unknown[] = [statement.Resource].flat();
    return resources.map((resource) => render(resource).replace(/^.*\/POST/, ''));
  };

  test.each([
    ['all operations on all tables', ['/']],
    ['the verb backup on all tables', ['/backup/*', '/backup/*/']],
    ['the verb reencrypt on all tables', ['/reencrypt/*/*', '/reencrypt/*/*/']],
    [
      'the verbs of team Shop on its tables',
      [
        '/read/orders-*',
        '/read/orders-*/',
        '/read/users',
        '/read/users/',
        '/restore/orders-*/copy-*',
        '/restore/orders-*/copy-*/',
        '/restore/users/copy-*',
        '/restore/users/copy-*/',
      ],
    ],
  ])('allow %s: %j', (description, paths) => {
    expect(pathsOf(description)).toEqual(paths);
  });
});

test('the table of attacks in docs/security.md names each suite of test/attacks, and no other', () => {
  const suites = readdirSync(join(import.meta.dirname, '..', 'attacks'), {
    recursive: true,
    encoding: 'utf8',
  })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.test\.ts$/, ''));
  const [, attacks = ''] = page.split('## Attacks');
  const named = new Set([...attacks.matchAll(/`([\w/-]+)`(?=,| \|)/g)].map(([, name]) => name));
  expect(named).toEqual(new Set(suites));
});
