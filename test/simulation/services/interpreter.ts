/** A state of a machine, with those members that our machines have. */
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Parameters?: unknown;
  readonly ResultSelector?: unknown;
  readonly Result?: unknown;
  readonly ResultPath?: string;
  readonly OutputPath?: string;
  readonly Retry?: readonly Rule[];
  readonly Catch?: readonly Rule[];
  readonly Choices?: readonly { Variable: string; StringEquals: string; Next: string }[];
  readonly Default?: string;
  readonly SecondsPath?: string;
  readonly ItemsPath?: string;
  readonly ItemSelector?: unknown;
  readonly ItemProcessor?: Machine;
  readonly MaxConcurrency?: number;
  readonly Error?: string;
  readonly Cause?: string;
}

/** A retry rule or a catcher: what follows an error of one of these names. */
interface Rule {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
  readonly ResultPath?: string;
  readonly Next?: string;
}

/** A state machine in Amazon States Language. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The effects of an execution outside itself. Their promises are never settled after the execution was stopped. */
export interface Host {
  /** Calls the function of a Task state. Rejects with a `MachineError`. */
  task(state: string, payload: unknown): Promise<unknown>;
  wait(seconds: number): Promise<void>;
  /** Draws a number from 0 to 1. */
  random(): number;
}

/** An error with the name by which a state machine matches it. */
export class MachineError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

type Data = Readonly<Record<string, unknown>>;

/** The members of a state that the interpreter supports, by the state's type. The interpreter throws for any other. */
const members: Readonly<Record<string, readonly string[]>> = {
  Task: [
    'Resource',
    'Parameters',
    'TimeoutSeconds',
    'Retry',
    'Catch',
    'OutputPath',
    'ResultPath',
    'ResultSelector',
  ],
  Map: ['ItemsPath', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency', 'ResultPath', 'Catch'],
  Choice: ['Choices', 'Default'],
  Wait: ['SecondsPath'],
  Pass: ['Result', 'ResultPath', 'Parameters'],
  Succeed: [],
  Fail: ['Error', 'Cause'],
};

/** Runs a machine to its end. Rejects with a `MachineError` if the machine fails. */
export async function interpret(machine: Machine, input: unknown, host: Host): Promise<unknown> {
  let name = machine.StartAt;
  let data = input;
  for (;;) {
    const state = machine.States[name];
    if (state === undefined) throw new Error(`there is no state ${name}`);
    checkMembers(name, state);
    if (state.Type === 'Succeed') return data;
    if (state.Type === 'Fail') throw new MachineError(String(state.Error), String(state.Cause));
    const step = await runState(name, state, data, host);
    data = step.data;
    if (step.next === undefined) return data;
    name = step.next;
  }
}

function checkMembers(name: string, state: State): void {
  const known = new Set(['Type', 'Next', 'End', ...(members[state.Type] ?? [])]);
  const strange = Object.keys(state).filter((member) => !known.has(member));
  if (members[state.Type] === undefined || strange.length > 0)
    throw new Error(`the state ${name} is not understood: ${state.Type} ${strange.join(', ')}`);
}

interface Step {
  readonly data: unknown;
  /** The next state; undefined: the machine ends. */
  readonly next: string | undefined;
}

async function runState(name: string, state: State, data: unknown, host: Host): Promise<Step> {
  const next = state.End === true ? undefined : state.Next;
  if (state.Type === 'Choice') return { data, next: choose(state, data) };
  if (state.Type === 'Wait') {
    await host.wait(Number(select(data, state.SecondsPath)));
    return { data, next };
  }
  if (state.Type === 'Pass') {
    const result = state.Parameters === undefined ? state.Result : fill(state.Parameters, data);
    return { data: place(data, state.ResultPath, result ?? data), next };
  }
  try {
    const result =
      state.Type === 'Map' ? await runMap(state, data, host) : await runTask(name, state, data, host);
    return { data: output(state, data, result), next };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    const rule = findRule(state.Catch, error);
    if (rule === undefined) throw error;
    const failure = { Error: error.name, Cause: error.message };
    return { data: place(data, rule.ResultPath, failure), next: rule.Next };
  }
}

function choose(state: State, data: unknown): string {
  const found = state.Choices?.find(({ Variable, StringEquals, Next: _next, ...others }) => {
    if (Object.keys(others).length > 0) throw new Error('a choice is not understood');
    return select(data, Variable) === StringEquals;
  });
  return String(found?.Next ?? state.Default);
}

/** Calls the task's function, and repeats the call by the task's retry rules. */
async function runTask(name: string, state: State, data: unknown, host: Host): Promise<unknown> {
  const { Payload: payload } = fill(state.Parameters, data) as { readonly Payload: unknown };
  const tries = new Map<Rule, number>();
  for (;;) {
    try {
      return { Payload: await host.task(name, structuredClone(payload)) };
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      const rule = findRule(state.Retry, error);
      const tried = (rule && tries.get(rule)) ?? 0;
      if (rule === undefined || tried >= (rule.MaxAttempts ?? 3)) throw error;
      tries.set(rule, tried + 1);
      const { IntervalSeconds: first = 1, BackoffRate: rate = 2, MaxDelaySeconds: longest = Infinity } = rule;
      const seconds = Math.min(first * rate ** tried, longest);
      await host.wait(rule.JitterStrategy === 'FULL' ? host.random() * seconds : seconds);
    }
  }
}

async function runMap(state: State, data: unknown, host: Host): Promise<unknown> {
  const items = select(data, state.ItemsPath) as readonly unknown[];
  const results: unknown[] = [];
  let started = 0;
  const work = async (): Promise<void> => {
    while (started < items.length) {
      const i = started++;
      const input = fill(state.ItemSelector, data, items[i]);
      results[i] = await interpret(state.ItemProcessor as Machine, input, host);
    }
  };
  await Promise.all(Array.from({ length: state.MaxConcurrency ?? 0 }, work));
  return results;
}

function findRule(rules: readonly Rule[] | undefined, error: MachineError): Rule | undefined {
  return rules?.find(({ ErrorEquals: names }) =>
    names.some((name) => name === error.name || name === 'States.ALL'),
  );
}

function output(state: State, data: unknown, result: unknown): unknown {
  const { ResultSelector: selector, ResultPath: path, OutputPath: out } = state;
  const selected = selector === undefined ? result : fill(selector, result);
  const placed = place(data, path, selected);
  return out === undefined ? placed : select(placed, out);
}

/** Returns the value at a path such as `$.job.id`. Throws if it is missing, because the machine would fail. */
function select(data: unknown, path = ''): unknown {
  const names = path.split('.').slice(1);
  const value = names.reduce<unknown>((inner, name) => (inner as Data | undefined)?.[name], data);
  if (value === undefined) throw new MachineError('States.Runtime', `there is nothing at ${path}`);
  return value;
}

/** Returns the data with a value at `$.name`; without a path the value itself. */
function place(data: unknown, path: string | undefined, value: unknown): unknown {
  if (path === undefined) return value;
  const name = /^\$\.(\w+)$/.exec(path)?.[1];
  if (name === undefined) throw new Error(`the path ${path} is not understood`);
  return { ...(data as Data), [name]: value };
}

/** Fills in a template from the paths of members whose names end with `.$`. `item`: the value of a Map's item. */
function fill(template: unknown, data: unknown, item?: unknown): unknown {
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => {
      if (!name.endsWith('.$')) return [name, fill(value, data, item)];
      return [name.slice(0, -2), value === '$$.Map.Item.Value' ? item : select(data, String(value))];
    }),
  );
}
