import { describe, expect, it } from 'vitest';
import { findDefinition } from '../../../local/definitions.ts';

/** A state, with the members that lead to another one. */
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly ItemProcessor?: Machine;
}

interface Machine {
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

/**
 * The ways back that pass no Wait, each as `from > to`, with their bound. A part begins where the part before ended, and
 * publishes its result. A round after the first has no parent, and only a parent can make a backup start over.
 */
const counted: Readonly<Record<string, string>> = {
  'SegmentScanned > ScanSegment': 'part',
  'Collected > Collect': 'part',
  'FilesPartitioned > PartitionFiles': 'part',
  'RangeApplied > ApplyRange': 'part',
  'RangeMaterialized > MaterializeRange': 'part',
  'RangeWritten > WriteRange': 'part',
  'Collected > Begin': 'round',
  'Committed > Begin': 'round',
};

const parse = (definition: object): Machine => JSON.parse(JSON.stringify(definition));
const machines = { backup: parse(findDefinition('backup')), restore: parse(findDefinition('restore')) };

/** A machine, and the machines inside its Maps. */
function withInner(machine: Machine): Machine[] {
  const inner = Object.values(machine.States).flatMap(({ ItemProcessor }) => ItemProcessor ?? []);
  return [machine, ...inner.flatMap(withInner)];
}

const followersOf = ({ Next, Default, Choices = [], Catch = [] }: State): string[] =>
  [Next, Default, ...[...Choices, ...Catch].map((rule) => rule.Next)].filter((name) => name !== undefined);

/** Finds a way from a state back to itself that neither waits nor counts. */
function findEndlessLoop({ States }: Machine): string[] | undefined {
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    const state = States[name];
    if (state === undefined || state.Type === 'Wait') return undefined;
    for (const next of followersOf(state)) {
      const found = counted[`${name} > ${next}`] === undefined ? visit(next, [...path, name]) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const name of Object.keys(States)) {
    const found = visit(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe.each(Object.entries(machines))('the %s state machine', (_name, machine) => {
  it('has no loop without a wait or a counter', () => {
    for (const each of withInner(machine)) expect(findEndlessLoop(each)).toBeUndefined();
  });

  it('ends each execution after 14 days, a time that an interpreter’s timer can hold', () => {
    expect(machine.TimeoutSeconds).toBe(14 * 24 * 60 * 60);
    expect(1000 * Number(machine.TimeoutSeconds)).toBeLessThan(2 ** 31);
  });
});

it('every counted way back exists, and the check finds a loop', () => {
  const edges = Object.values(machines)
    .flatMap(withInner)
    .flatMap(({ States }) => Object.entries(States))
    .flatMap(([name, state]) => followersOf(state).map((next) => `${name} > ${next}`));
  for (const edge of Object.keys(counted)) expect(edges).toContain(edge);
  const looping: Machine = {
    StartAt: 'A',
    States: { A: { Type: 'Task', Next: 'B' }, B: { Type: 'Choice', Default: 'A' } },
  };
  expect(findEndlessLoop(looping)).toEqual(['A', 'B', 'A']);
});
