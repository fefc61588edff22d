import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { backupTasks, restoreTasks } from '../../../lambda/jobs/states.ts';
import { synthesizeDefinitions } from '../../../lib/workflow/synthesize-definitions.ts';

const temporary = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
vi.stubEnv('TMPDIR', temporary);
const definitions = synthesizeDefinitions();
vi.unstubAllEnvs();
afterAll(() => rmSync(temporary, { recursive: true }));

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: unknown;
  readonly Catch?: unknown;
  readonly Default?: string;
  readonly Parameters?: { readonly FunctionName?: string };
  readonly ItemProcessor?: Machine & { readonly ProcessorConfig: unknown };
}

interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

interface Found {
  readonly name: string;
  readonly state: State;
  readonly inMap: boolean;
}

/** Returns all states, including those inside Maps. */
function statesOf(machine: Machine, inMap = false): Found[] {
  const own = Object.entries(machine.States).map(([name, state]) => ({ name, state, inMap }));
  const inner = own.flatMap(({ state }) => (state.ItemProcessor ? statesOf(state.ItemProcessor, true) : []));
  return [...own, ...inner];
}

const parse = (definition: object): Machine => JSON.parse(JSON.stringify(definition));

describe.each([
  { machine: 'backup', definition: definitions.backup, tasks: backupTasks, last: ['Abort', 'HandOver'] },
  {
    machine: 'restore',
    definition: definitions.restore,
    tasks: restoreTasks,
    last: ['AbortRestore', 'TagTable'],
  },
])('the $machine machine', ({ definition, tasks, last }) => {
  const states = statesOf(parse(definition));
  const ofType = (type: string) => states.filter(({ state }) => state.Type === type);
  const text = JSON.stringify(definition);

  it('has no placeholder that only a deployment could fill in', () => {
    expect(text).not.toMatch(/Fn::|"Ref"|AWS::|\$\{/);
  });

  it('uses only features that AWS, the interpreter and an emulator all support', () => {
    for (const word of [
      'JSONata',
      'QueryLanguage',
      'Assign',
      'ItemReader',
      'ItemBatcher',
      'ResultWriter',
      'ToleratedFailure',
      'ErrorPath',
      'CausePath',
      'States.Hash',
      'States.StringSplit',
    ]) {
      expect(text).not.toContain(word);
    }
    // No filter, slice, wildcard, descent or function in a path; the context object only where a Map provides it.
    const paths: string[] = text.match(/"\$[^"]*"/g) ?? [];
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(path).toMatch(/^"(\$(\.[A-Za-z]+)+|\$\$\.Map\.Item\.Value)"$/);
    // The interpreter treats a falsy result as no result.
    expect(text).not.toMatch(/"Result":(0|false|null|"")/);
  });

  it('has no two states with the same name', () => {
    expect(new Set(states.map(({ name }) => name)).size).toBe(states.length);
  });

  it('has exactly the tasks that states.ts lists, each with its own function', () => {
    const found = ofType('Task');
    expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(tasks).sort());
    for (const { name, state } of found) {
      expect(state.Resource).toBe('arn:aws:states:::lambda:invoke');
      expect(state.Parameters?.FunctionName).toMatch(
        new RegExp(
          String.raw`^arn:aws:lambda:us-east-1:000000000000:function:(Backup|Restore)${name}Function\w{8}$`,
        ),
      );
    }
  });

  it('retries every task, with a timeout longer than a function may run', () => {
    for (const { state } of ofType('Task')) {
      expect(state.Retry).toEqual([
        {
          ErrorEquals: expect.arrayContaining(['Lambda.TooManyRequestsException']),
          IntervalSeconds: 2,
          MaxAttempts: 40,
          MaxDelaySeconds: 60,
          BackoffRate: 2,
          JitterStrategy: 'FULL',
        },
        {
          ErrorEquals: ['States.ALL'],
          IntervalSeconds: 2,
          MaxAttempts: 4,
          BackoffRate: 2,
          JitterStrategy: 'FULL',
        },
      ]);
      expect(state.TimeoutSeconds).toBeGreaterThan(15 * 60);
    }
  });

  it('catches every failure of a task or a Map, and inside a Map makes it the result of the child', () => {
    const throwing = [...ofType('Task'), ...ofType('Map')].filter(({ name }) => !last.includes(name));
    const catching = (inMap: boolean) =>
      throwing.filter((found) => found.inMap === inMap).map(({ state }) => state.Catch);
    for (const caught of catching(false)) {
      expect(caught).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: last[0] }]);
    }
    for (const caught of catching(true)) {
      expect(caught).toEqual([{ ErrorEquals: ['States.ALL'], Next: expect.stringMatching(/Failed$/) }]);
    }
  });

  it('catches no failure of the tasks that run after another failure, which could repeat forever', () => {
    const following = states.filter(({ name }) => last.includes(name));
    expect(following.map(({ state }) => state.Catch)).toEqual(last.map(() => undefined));
  });

  it('has a next state for every status that a function can answer', () => {
    for (const { state } of ofType('Choice')) expect(state.Default).toBeDefined();
  });

  it('runs each range in a child that may take longer than five minutes', () => {
    const maps = ofType('Map');
    expect(maps.length).toBeGreaterThan(0);
    for (const { state } of maps) {
      expect(state).toMatchObject({
        ItemsPath: '$.tasks',
        ItemSelector: { 'job.$': '$.job', 'task.$': '$$.Map.Item.Value', part: 0 },
        MaxConcurrency: 40,
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      });
    }
  });
});

it('definitions.json is what `npm run definitions` writes', () => {
  const folder = join(import.meta.dirname, '..', '..', '..', 'lib', 'workflow');
  expect(JSON.parse(readFileSync(join(folder, 'definitions.json'), 'utf8'))).toEqual(parse(definitions));
});

it('synthesizeDefinitions removes every file that it creates', () => {
  expect(readdirSync(temporary)).toEqual([]);
});
