import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { findDefinition } from '../../../local/definitions.ts';

const job = { table: 'orders', id: 'b1', execution: 'b1', round: 0 };
const nextRound = { ...job, round: 1 };

/** The answer of a task's function to its payload. `call` counts the calls of that task, from 0. */
type Answer = (payload: Record<string, unknown>, call: number) => object;
type Answers = Readonly<Record<string, Answer>>;

interface Outcome {
  /** The calls in their order, each as `<task> <payload>`. */
  readonly calls: string[];
  /** The name of the last state. */
  readonly ended: string | undefined;
  /** The names of the states that waited. */
  readonly waited: string[];
  readonly output: unknown;
  /** The name of the error that ended the execution. */
  readonly error: string | undefined;
}

interface Runnable {
  readonly machine: StateMachine;
  /** Returns the names of all states of the definition, and of some other members. */
  readonly names: readonly string[];
}

function toRunnable(definition: object): Runnable {
  const names: string[] = JSON.stringify(definition).match(/(?<=")[A-Z][A-Za-z]+(?=":\{)/g) ?? [];
  return { machine: new StateMachine(JSON.parse(JSON.stringify(definition))), names };
}

const machines = {
  backup: toRunnable(findDefinition('backup')),
  restore: toRunnable(findDefinition('restore')),
};

/** Runs a deployed definition with these functions. Waits and retries take no time. */
async function run({ machine, names }: Runnable, answers: Answers): Promise<Outcome> {
  const calls: string[] = [];
  const counts = new Map<string, number>();
  const handler = (name: string) => (input: unknown) => {
    const { Payload }: { Payload: Record<string, unknown> } = JSON.parse(JSON.stringify(input));
    calls.push(`${name} ${JSON.stringify(Payload)}`);
    const call = counts.get(name) ?? 0;
    counts.set(name, call + 1);
    const answer = answers[name];
    if (answer === undefined) throw new Error(`${name} has no answer in this test`);
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

const calledTasks = ({ calls }: Outcome) => calls.map((call) => call.split(' ')[0]);
const payloadsOf = (outcome: Outcome, name: string) =>
  outcome.calls
    .filter((call) => call.startsWith(`${name} `))
    .map((call) => JSON.parse(call.slice(name.length + 1)));

/** The function of a range that takes two parts. */
const twoParts: Answer = ({ job, task, part }) =>
  part === 0 ? { job, task, part: 1, status: 'more' } : { job, task, status: 'done' };
const throwing: Answer = () => {
  throw new TypeError('no such thing');
};

describe('the backup state machine', () => {
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

  it('calls the functions of its steps in order, and that of each range once for each part', async () => {
    const outcome = await backup();
    expect(outcome).toMatchObject({ ended: 'BackupDone', output: { job, status: 'done' } });
    expect([...new Set(calledTasks(outcome))]).toEqual([
      'Begin',
      'ScanSegment',
      'Collect',
      'PartitionFiles',
      'Arrange',
      'ApplyRange',
      'Commit',
      'HandOver',
    ]);
    expect(payloadsOf(outcome, 'Begin')).toEqual([{ job }]);
    expect(payloadsOf(outcome, 'ScanSegment')).toEqual(
      [0, 1].flatMap((part) => [0, 1].map((task) => ({ job, task, part }))),
    );
    expect(payloadsOf(outcome, 'Collect')).toEqual([{ job, part: 0 }]);
    expect(payloadsOf(outcome, 'PartitionFiles')).toHaveLength(6);
    expect(payloadsOf(outcome, 'ApplyRange')).toHaveLength(2);
    expect(payloadsOf(outcome, 'HandOver')).toEqual([{ job, status: 'done' }]);
  });

  it('waits for the source, and calls Begin again', async () => {
    const outcome = await backup({
      Begin: ({ job }, call) =>
        call === 0 ? { job, status: 'wait', waitSeconds: 5 } : { job, status: 'collect', tasks: [] },
    });
    expect(outcome).toMatchObject({ ended: 'BackupDone', waited: ['WaitForSource'] });
    expect(payloadsOf(outcome, 'Begin')).toEqual([{ job }, { job }]);
  });

  it('ends without a hand-over if the backup does not get the turn', async () => {
    const outcome = await backup({ Begin: ({ job }) => ({ job, status: 'ended' }) });
    expect(outcome).toMatchObject({ ended: 'BackupEnded', output: { job, status: 'ended' } });
    expect(calledTasks(outcome)).toEqual(['Begin']);
  });

  it('commits right after Begin when there are no changes', async () => {
    const outcome = await backup({ Begin: ({ job }) => ({ job, status: 'commit' }) });
    expect(outcome.ended).toBe('BackupDone');
    expect(calledTasks(outcome)).toEqual(['Begin', 'Commit', 'HandOver']);
  });

  it('skips every Map that has no items', async () => {
    const outcome = await backup({
      Begin: ({ job }) => ({ job, status: 'collect', tasks: [] }),
      Collect: ({ job }) => ({ job, status: 'empty', tasks: [] }),
      Arrange: ({ job }) => ({ job, status: 'commit', tasks: [] }),
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(calledTasks(outcome)).toEqual(['Begin', 'Collect', 'Arrange', 'Commit', 'HandOver']);
  });

  it('calls Collect once for each part of the stream, and waits when Collect says so', async () => {
    const statuses = ['more', 'wait', 'more'];
    const outcome = await backup({
      Collect: ({ job, part }, call) =>
        call < statuses.length
          ? { job, part: Number(part) + 1, status: statuses[call], waitSeconds: 1 }
          : { job, status: 'done', tasks: [] },
    });
    expect(outcome).toMatchObject({ ended: 'BackupDone', waited: ['WaitForChanges'] });
    expect(payloadsOf(outcome, 'Collect')).toEqual([0, 1, 2, 3].map((part) => ({ job, part })));
  });

  it('begins a new round if Collect finds the stream unusable', async () => {
    const outcome = await backup({
      Collect: ({ job }, call) =>
        call === 0 ? { job: nextRound, status: 'again' } : { job, status: 'done', tasks: [] },
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(payloadsOf(outcome, 'Begin')).toEqual([{ job }, { job: nextRound }]);
    expect(payloadsOf(outcome, 'Commit')).toEqual([{ job: nextRound }]);
  });

  it('retries a step that fails', async () => {
    const outcome = await backup({
      Commit: (payload, call) => (call < 2 ? throwing(payload, call) : { job: payload.job, status: 'done' }),
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(payloadsOf(outcome, 'Commit')).toHaveLength(3);
    expect(calledTasks(outcome)).not.toContain('Abort');
  });

  it('finishes the other ranges if one fails, and continues with the next step', async () => {
    const outcome = await backup({
      PartitionFiles: (payload, call) =>
        payload.task === 1 ? throwing(payload, call) : twoParts(payload, call),
    });
    expect(outcome.ended).toBe('BackupDone');
    expect(payloadsOf(outcome, 'PartitionFiles').filter(({ task }) => task === 1)).toHaveLength(5);
    expect(payloadsOf(outcome, 'PartitionFiles').filter(({ task }) => task !== 1)).toHaveLength(4);
    expect(payloadsOf(outcome, 'Arrange')).toHaveLength(1);
  });

  it.each(['Begin', 'Collect', 'Arrange', 'Commit'])(
    'aborts with the reason if %s fails, hands over and ends as failed',
    async (step) => {
      const outcome = await backup({ [step]: throwing });
      expect(outcome).toMatchObject({ ended: 'BackupFailed', error: 'ExecutionError' });
      expect(payloadsOf(outcome, step)).toHaveLength(5);
      expect(payloadsOf(outcome, 'Abort')).toEqual([
        { job, failure: { Error: 'TypeError', Cause: 'no such thing' } },
      ]);
      expect(payloadsOf(outcome, 'HandOver')).toEqual([{ job, status: 'failed' }]);
    },
  );

  it.each(['Begin', 'Collect'])('aborts a backup when %s answers an unknown status', async (step) => {
    const outcome = await backup({ [step]: ({ job }) => ({ job, status: 'odd' }) });
    expect(outcome.ended).toBe('BackupFailed');
    expect(payloadsOf(outcome, 'Abort')[0].failure.Error).toBe('AnswerNotUnderstood');
  });

  it.each(['Abort', 'HandOver'])(
    'ends with the error of %s if that task fails after another step',
    async (step) => {
      const outcome = await backup({ Begin: throwing, [step]: throwing });
      expect(outcome).toMatchObject({ ended: step, error: 'ExecutionError' });
      expect(payloadsOf(outcome, step)).toHaveLength(5);
    },
  );
});

describe('the restore state machine', () => {
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

  it('calls the functions of a restore by writes in order, and that of each range once for each part', async () => {
    const outcome = await restore();
    expect(outcome).toMatchObject({ ended: 'RestoreDone', output: { job, status: 'done' } });
    expect([...new Set(calledTasks(outcome))]).toEqual([
      'PlanRestore',
      'CreateTable',
      'WriteRange',
      'BuildIndexes',
      'FinishRestore',
    ]);
    expect(payloadsOf(outcome, 'WriteRange')).toEqual(
      [0, 1].flatMap((part) => [0, 1].map((task) => ({ job, task, part }))),
    );
  });

  it('calls the functions of a restore by import in order', async () => {
    const outcome = await restore(byImport);
    expect(outcome).toMatchObject({ ended: 'RestoreDone', output: { job, status: 'done' } });
    expect([...new Set(calledTasks(outcome))]).toEqual([
      'PlanRestore',
      'MaterializeRange',
      'ImportTable',
      'BuildIndexes',
      'FinishRestore',
    ]);
    expect(payloadsOf(outcome, 'MaterializeRange')).toEqual(
      [0, 1].flatMap((part) => [0, 1].map((task) => ({ job, task, part }))),
    );
    expect(payloadsOf(outcome, 'ImportTable')).toEqual([{ job }]);
  });

  it('ends right after PlanRestore if there is nothing to restore', async () => {
    const outcome = await restore({ PlanRestore: ({ job }) => ({ job, status: 'ended' }) });
    expect(outcome.ended).toBe('RestoreEnded');
    expect(calledTasks(outcome)).toEqual(['PlanRestore']);
  });

  it.each([
    ['CreateTable', 'WaitForTable', {}],
    ['ImportTable', 'WaitForImport', byImport],
    ['BuildIndexes', 'WaitForIndexes', {}],
    ['FinishRestore', 'WaitForSettings', {}],
  ])('calls %s again after a wait in %s', async (step, wait, way) => {
    const outcome = await restore({
      ...way,
      [step]: (payload, call) =>
        call < 2
          ? { job: payload.job, status: 'wait', waitSeconds: 5 }
          : (answers[step]?.(payload, call) ?? {}),
    });
    expect(outcome).toMatchObject({ ended: 'RestoreDone', waited: [wait, wait] });
    expect(payloadsOf(outcome, step)).toEqual([{ job }, { job }, { job }]);
  });

  it('finishes the other ranges of a restore if one fails, and continues with the next step', async () => {
    const outcome = await restore({
      WriteRange: (payload, call) => (payload.task === 0 ? throwing(payload, call) : twoParts(payload, call)),
    });
    expect(payloadsOf(outcome, 'WriteRange').filter(({ task }) => task === 1)).toHaveLength(2);
    expect(payloadsOf(outcome, 'BuildIndexes')).toHaveLength(1);
    const imported = await restore({
      ...byImport,
      MaterializeRange: (payload, call) =>
        payload.task === 0 ? throwing(payload, call) : twoParts(payload, call),
    });
    expect(payloadsOf(imported, 'MaterializeRange').filter(({ task }) => task === 1)).toHaveLength(2);
    expect(payloadsOf(imported, 'ImportTable')).toHaveLength(1);
  });

  it.each(steps)('aborts with the reason if %s fails, and ends as failed', async (step, way) => {
    const outcome = await restore({ ...way, [step]: throwing });
    expect(outcome).toMatchObject({ ended: 'RestoreFailed', error: 'ExecutionError' });
    expect(payloadsOf(outcome, 'AbortRestore')).toEqual([
      { job, failure: { Error: 'TypeError', Cause: 'no such thing' } },
    ]);
  });

  it('waits until the target is deleted, and passes the reason to each call of AbortRestore', async () => {
    const failure = { Error: 'TypeError', Cause: 'no such thing' };
    const outcome = await restore({
      CreateTable: throwing,
      AbortRestore: ({ job }, call) =>
        call < 2 ? { job, status: 'wait', waitSeconds: 5 } : { job, status: 'failed' },
    });
    expect(outcome).toMatchObject({ ended: 'RestoreFailed', waited: ['WaitForRemoval', 'WaitForRemoval'] });
    expect(payloadsOf(outcome, 'AbortRestore')).toEqual([1, 2, 3].map(() => ({ job, failure })));
  });

  it('calls the step that tags an imported table, so that it can be deleted, then AbortRestore again', async () => {
    const failure = { Error: 'TypeError', Cause: 'no such thing' };
    const outcome = await restore({
      ...byImport,
      ImportTable: throwing,
      AbortRestore: ({ job }, call) => ({ job, status: call < 1 ? 'untagged' : 'failed', waitSeconds: 0 }),
      TagTable: ({ job }) => ({ job, status: 'done', waitSeconds: 5 }),
    });
    expect(outcome).toMatchObject({ ended: 'RestoreFailed', waited: ['WaitForTag'] });
    expect(payloadsOf(outcome, 'TagTable')).toEqual([{ job }]);
    expect(payloadsOf(outcome, 'AbortRestore')).toEqual([1, 2].map(() => ({ job, failure })));
  });

  it('ends with the error of TagTable if that task fails after another step', async () => {
    const outcome = await restore({
      CreateTable: throwing,
      AbortRestore: ({ job }) => ({ job, status: 'untagged', waitSeconds: 0 }),
      TagTable: throwing,
    });
    expect(outcome).toMatchObject({ ended: 'TagTable', error: 'ExecutionError' });
  });

  it.each(steps)('aborts a restore if %s answers with an unknown status', async (step, way) => {
    const outcome = await restore({ ...way, [step]: ({ job }) => ({ job, status: 'odd' }) });
    expect(outcome.ended).toBe('RestoreFailed');
    expect(payloadsOf(outcome, 'AbortRestore')[0].failure.Error).toBe('AnswerNotUnderstood');
  });
});
