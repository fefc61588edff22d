import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { synthesizeDefinitions } from '../../../lib/workflow/definitions.ts';

const job = { table: 'orders', id: 'b1', execution: 'b1', round: 0 };
const nextRound = { ...job, round: 1 };

/** What a task's function does when it is called for the nth time, from 0. */
type Answer = (payload: Record<string, unknown>, call: number) => object;
type Answers = Readonly<Record<string, Answer>>;

interface Outcome {
  /** The calls in their order, as `<task> <payload>`; those of a Map's children are in theirs. */
  readonly calls: string[];
  /** The last state's name. */
  readonly ended: string | undefined;
  /** The names of the states that waited. */
  readonly waited: string[];
  readonly output: unknown;
  /** The name of the error that ended the execution. */
  readonly error: string | undefined;
}

interface Runnable {
  readonly machine: StateMachine;
  /** Of all its states, and of some members that are none. */
  readonly names: readonly string[];
}

function runnable(definition: object): Runnable {
  const names: string[] = JSON.stringify(definition).match(/(?<=")[A-Z][A-Za-z]+(?=":\{)/g) ?? [];
  return { machine: new StateMachine(JSON.parse(JSON.stringify(definition))), names };
}

const definitions = synthesizeDefinitions();
const machines = { backup: runnable(definitions.backup), restore: runnable(definitions.restore) };

/** Runs a deployed definition with these functions; waits and pauses take no time. */
async function run({ machine, names }: Runnable, answers: Answers): Promise<Outcome> {
  const calls: string[] = [];
  const counts = new Map<string, number>();
  const handler = (name: string) => (input: unknown) => {
    const { Payload }: { Payload: Record<string, unknown> } = JSON.parse(JSON.stringify(input));
    calls.push(`${name} ${JSON.stringify(Payload)}`);
    const call = counts.get(name) ?? 0;
    counts.set(name, call + 1);
    const answer = answers[name];
    if (answer === undefined) throw new Error(`${name} was not to be called`);
    return JSON.parse(JSON.stringify({ Payload: answer(Payload, call) }));
  };
  const none = (value: number) => Object.fromEntries(names.map((name) => [name, value]));
  const { result, eventLogs } = machine.run(
    { job },
    {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(names.map((name) => [name, handler(name)])),
        waitTimeOverrides: none(0),
        retryIntervalOverrides: none(0),
      },
    },
  );
  const entered: { name: string; type: string }[] = [];
  const reading = (async () => {
    for await (const event of eventLogs) if (event.type === 'StateEntered') entered.push(event.state);
  })();
  const ending = await result.then(
    (output) => ({ output, error: undefined }),
    (error: Error) => ({ output: undefined, error: error.name }),
  );
  await reading;
  return {
    calls,
    ended: entered.at(-1)?.name,
    waited: entered.filter(({ type }) => type === 'Wait').map(({ name }) => name),
    ...ending,
  };
}

const called = ({ calls }: Outcome) => calls.map((call) => call.split(' ')[0]);
const of = (outcome: Outcome, name: string) =>
  outcome.calls
    .filter((call) => call.startsWith(`${name} `))
    .map((call) => JSON.parse(call.slice(name.length + 1)));

/** A range's function that is done with its second part. */
const twoParts: Answer = ({ job, task, part }) =>
  part === 0 ? { job, task, part: 1, status: 'more' } : { job, task, status: 'done' };
const throwing: Answer = () => {
  throw new TypeError('no such thing');
};

describe('a backup', () => {
  const answers: Answers = {
    Begin: ({ job }) => ({ job, status: 'scan', tasks: [0, 1] }),
    ScanSegment: twoParts,
    Collect: ({ job }) => ({ job, status: 'done', tasks: [0, 1, 2] }),
    PartitionFiles: twoParts,
    Arrange: ({ job }) => ({ job, status: 'apply', tasks: [0] }),
    ApplyRange: twoParts,
    Commit: ({ job }) => ({ job, status: 'done' }),
    Abort: ({ job }) => ({ job, status: 'failed' }),
    HandOver: ({ job, status }) => ({ job, status }),
  };
  const backup = (change: Answers = {}) => run(machines.backup, { ...answers, ...change });

  it('passes through its steps, and each range through its parts', async () => {
    const outcome = await backup();
    expect(outcome).toMatchObject({ ended: 'BackupDone', output: { job, status: 'done' } });
    expect([...new Set(called(outcome))]).toEqual([
      'Begin',
      'ScanSegment',
      'Collect',
      'PartitionFiles',
      'Arrange',
      'ApplyRange',
      'Commit',
      'HandOver',
    ]);
    expect(of(outcome, 'Begin')).toEqual([{ job }]);
    expect(of(outcome, 'ScanSegment')).toEqual(
      [0, 1].flatMap((part) => [0, 1].map((task) => ({ job, task, part }))),
    );
    expect(of(outcome, 'Collect')).toEqual([{ job, part: 0 }]);
    expect(of(outcome, 'PartitionFiles')).toHaveLength(6);
    expect(of(outcome, 'ApplyRange')).toHaveLength(2);
    expect(of(outcome, 'HandOver')).toEqual([{ job, status: 'done' }]);
  });

  it('waits for its source, and asks again', async () => {
    const outcome = await backup({
      Begin: ({ job }, call) =>
        call === 0 ? { job, status: 'wait', waitSeconds: 5 } : { job, status: 'collect', tasks: [] },
    });
    expect(outcome).toMatchObject({ ended: 'BackupDone', waited: ['WaitForSource'] });
    expect(of(outcome, 'Begin')).toEqual([{ job }, { job }]);
  });

  it('ends when it does not get the turn, handing nothing over', async () => {
    const outcome = await backup({ Begin: ({ job }) => ({ job, status: 'ended' }) });
    expect(outcome).toMatchObject({ ended: 'BackupEnded', output: { job, status: 'ended' } });
    expect(called(outcome)).toEqual(['Begin']);
  });

  it('commits at once when there is nothing to do but that', async () => {
    const outcome = await backup({ Begin: ({ job }) => ({ job, status: 'commit' }) });
    expect(outcome.ended).toBe('BackupDone');
    expect(called(outcome)).toEqual(['Begin', 'Commit', 'HandOver']);
  });

  it('gives no Map nothing to do', async () => {
    const outcome = await backup({
      Begin: ({ job }) => ({ job, status: 'collect', tasks: [] }),
      Collect: ({ job }) => ({ job, status: 'empty', tasks: [] }),
      Arrange: ({ job }) => ({ job, status: 'commit', tasks: [] }),
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(called(outcome)).toEqual(['Begin', 'Collect', 'Arrange', 'Commit', 'HandOver']);
  });

  it('reads the stream in parts, waiting where it is told to', async () => {
    const statuses = ['more', 'wait', 'more'];
    const outcome = await backup({
      Collect: ({ job, part }, call) =>
        call < statuses.length
          ? { job, part: Number(part) + 1, status: statuses[call], waitSeconds: 1 }
          : { job, status: 'done', tasks: [] },
    });
    expect(outcome).toMatchObject({ ended: 'BackupDone', waited: ['WaitForChanges'] });
    expect(of(outcome, 'Collect')).toEqual([0, 1, 2, 3].map((part) => ({ job, part })));
  });

  it('begins a new round when the stream turns out to be unusable', async () => {
    const outcome = await backup({
      Collect: ({ job }, call) =>
        call === 0 ? { job: nextRound, status: 'again' } : { job, status: 'done', tasks: [] },
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(of(outcome, 'Begin')).toEqual([{ job }, { job: nextRound }]);
    expect(of(outcome, 'Commit')).toEqual([{ job: nextRound }]);
  });

  it('tries a step again', async () => {
    const outcome = await backup({
      Commit: (payload, call) => (call < 2 ? throwing(payload, call) : { job: payload.job, status: 'done' }),
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(of(outcome, 'Commit')).toHaveLength(3);
    expect(called(outcome)).not.toContain('Abort');
  });

  it('lets the other ranges finish when one fails, and the next step decide', async () => {
    const outcome = await backup({
      PartitionFiles: (payload, call) =>
        payload.task === 1 ? throwing(payload, call) : twoParts(payload, call),
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(of(outcome, 'PartitionFiles').filter(({ task }) => task === 1)).toHaveLength(5);
    expect(of(outcome, 'PartitionFiles').filter(({ task }) => task !== 1)).toHaveLength(4);
    expect(of(outcome, 'Arrange')).toHaveLength(1);
  });

  it.each(['Begin', 'Collect', 'Arrange', 'Commit'])(
    'that fails in %s is aborted with the reason, hands over and ends as failed',
    async (step) => {
      const outcome = await backup({ [step]: throwing });
      expect(outcome).toMatchObject({ ended: 'BackupFailed', error: 'ExecutionError' });
      expect(of(outcome, step)).toHaveLength(5);
      expect(of(outcome, 'Abort')).toEqual([
        { job, failure: { Error: 'TypeError', Cause: 'no such thing' } },
      ]);
      expect(of(outcome, 'HandOver')).toEqual([{ job, status: 'failed' }]);
    },
  );

  it.each(['Begin', 'Collect'])('aborts when it does not understand what %s answers', async (step) => {
    const outcome = await backup({ [step]: ({ job }) => ({ job, status: 'odd' }) });
    expect(outcome.ended).toBe('BackupFailed');
    expect(of(outcome, 'Abort')[0].failure.Error).toBe('AnswerNotUnderstood');
  });

  it.each(['Abort', 'HandOver'])('ends with the error of %s when that fails too', async (step) => {
    const outcome = await backup({ Begin: throwing, [step]: throwing });
    expect(outcome).toMatchObject({ ended: step, error: 'ExecutionError' });
    expect(of(outcome, step)).toHaveLength(5);
  });
});

describe('a restore', () => {
  const answers: Answers = {
    PlanRestore: ({ job }) => ({ job, status: 'write' }),
    MaterializeRange: twoParts,
    ImportTable: ({ job }) => ({ job, status: 'done' }),
    CreateTable: ({ job }) => ({ job, status: 'ready', tasks: [0, 1] }),
    WriteRange: twoParts,
    BuildIndexes: ({ job }) => ({ job, status: 'done' }),
    FinishRestore: ({ job }) => ({ job, status: 'done' }),
    AbortRestore: ({ job }) => ({ job, status: 'failed' }),
  };
  const restore = (change: Answers = {}) => run(machines.restore, { ...answers, ...change });
  const byImport: Answers = { PlanRestore: ({ job }) => ({ job, status: 'import', tasks: [0, 1] }) };
  const steps: [string, Answers][] = [
    ['PlanRestore', {}],
    ['CreateTable', {}],
    ['ImportTable', byImport],
    ['BuildIndexes', {}],
    ['FinishRestore', byImport],
  ];

  it('passes through its steps, and each range through its parts', async () => {
    const outcome = await restore();
    expect(outcome).toMatchObject({ ended: 'RestoreDone', output: { job, status: 'done' } });
    expect([...new Set(called(outcome))]).toEqual([
      'PlanRestore',
      'CreateTable',
      'WriteRange',
      'BuildIndexes',
      'FinishRestore',
    ]);
    expect(of(outcome, 'WriteRange')).toEqual(
      [0, 1].flatMap((part) => [0, 1].map((task) => ({ job, task, part }))),
    );
  });

  it('by import passes through its own steps', async () => {
    const outcome = await restore(byImport);
    expect(outcome).toMatchObject({ ended: 'RestoreDone', output: { job, status: 'done' } });
    expect([...new Set(called(outcome))]).toEqual([
      'PlanRestore',
      'MaterializeRange',
      'ImportTable',
      'BuildIndexes',
      'FinishRestore',
    ]);
    expect(of(outcome, 'MaterializeRange')).toEqual(
      [0, 1].flatMap((part) => [0, 1].map((task) => ({ job, task, part }))),
    );
    expect(of(outcome, 'ImportTable')).toEqual([{ job }]);
  });

  it('ends when there is nothing to do', async () => {
    const outcome = await restore({ PlanRestore: ({ job }) => ({ job, status: 'ended' }) });
    expect(outcome.ended).toBe('RestoreEnded');
    expect(called(outcome)).toEqual(['PlanRestore']);
  });

  it.each([
    ['CreateTable', 'WaitForTable', {}],
    ['ImportTable', 'WaitForImport', byImport],
    ['BuildIndexes', 'WaitForIndexes', {}],
    ['FinishRestore', 'WaitForSettings', {}],
  ])('waits for %s, and asks again', async (step, wait, way) => {
    const outcome = await restore({
      ...way,
      [step]: (payload, call) =>
        call < 2
          ? { job: payload.job, status: 'wait', waitSeconds: 5 }
          : (answers[step]?.(payload, call) ?? {}),
    });
    expect(outcome).toMatchObject({ ended: 'RestoreDone', waited: [wait, wait] });
    expect(of(outcome, step)).toEqual([{ job }, { job }, { job }]);
  });

  it('lets the other ranges finish when one fails, and the next step decide', async () => {
    const outcome = await restore({
      WriteRange: (payload, call) => (payload.task === 0 ? throwing(payload, call) : twoParts(payload, call)),
    });
    expect(of(outcome, 'WriteRange').filter(({ task }) => task === 1)).toHaveLength(2);
    expect(of(outcome, 'BuildIndexes')).toHaveLength(1);
    const imported = await restore({
      ...byImport,
      MaterializeRange: (payload, call) =>
        payload.task === 0 ? throwing(payload, call) : twoParts(payload, call),
    });
    expect(of(imported, 'MaterializeRange').filter(({ task }) => task === 1)).toHaveLength(2);
    expect(of(imported, 'ImportTable')).toHaveLength(1);
  });

  it.each(steps)('that fails in %s is aborted with the reason and ends as failed', async (step, way) => {
    const outcome = await restore({ ...way, [step]: throwing });
    expect(outcome).toMatchObject({ ended: 'RestoreFailed', error: 'ExecutionError' });
    expect(of(outcome, 'AbortRestore')).toEqual([
      { job, failure: { Error: 'TypeError', Cause: 'no such thing' } },
    ]);
  });

  it('waits until its table is removed, and has the reason again', async () => {
    const failure = { Error: 'TypeError', Cause: 'no such thing' };
    const outcome = await restore({
      CreateTable: throwing,
      AbortRestore: ({ job }, call) =>
        call < 2 ? { job, status: 'wait', waitSeconds: 5 } : { job, status: 'failed' },
    });
    expect(outcome).toMatchObject({ ended: 'RestoreFailed', waited: ['WaitForRemoval', 'WaitForRemoval'] });
    expect(of(outcome, 'AbortRestore')).toEqual([1, 2, 3].map(() => ({ job, failure })));
  });

  it('has its table tagged where that cannot be removed without, and goes on with the removal', async () => {
    const failure = { Error: 'TypeError', Cause: 'no such thing' };
    const outcome = await restore({
      ...byImport,
      ImportTable: throwing,
      AbortRestore: ({ job }, call) => ({ job, status: call < 1 ? 'untagged' : 'failed', waitSeconds: 0 }),
      TagTable: ({ job }) => ({ job, status: 'done', waitSeconds: 5 }),
    });
    expect(outcome).toMatchObject({ ended: 'RestoreFailed', waited: ['WaitForTag'] });
    expect(of(outcome, 'TagTable')).toEqual([{ job }]);
    expect(of(outcome, 'AbortRestore')).toEqual([1, 2].map(() => ({ job, failure })));
  });

  it('ends with the error of the step that tags it when that fails too', async () => {
    const outcome = await restore({
      CreateTable: throwing,
      AbortRestore: ({ job }) => ({ job, status: 'untagged', waitSeconds: 0 }),
      TagTable: throwing,
    });
    expect(outcome).toMatchObject({ ended: 'TagTable', error: 'ExecutionError' });
  });

  it.each(steps)('aborts when it does not understand what %s answers', async (step, way) => {
    const outcome = await restore({ ...way, [step]: ({ job }) => ({ job, status: 'odd' }) });
    expect(outcome.ended).toBe('RestoreFailed');
    expect(of(outcome, 'AbortRestore')[0].failure.Error).toBe('AnswerNotUnderstood');
  });
});
