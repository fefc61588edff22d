import { Fail, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import type { IChainable, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { restoreTasks } from '../../lambda/jobs/states.ts';
import { answerNotUnderstood, stateMachine } from './machine.ts';
import type { WorkflowProps } from './machine.ts';
import { rangeMap } from './range-map.ts';
import { grantRestoreRights } from './restore-rights.ts';
import { taskFunctions } from './task-functions.ts';
import type { TaskFunctions } from './task-functions.ts';
import { byStatus, catchAll, invoke, invokeBeside, waitThen } from './task.ts';

/** The state machine that restores one backup into a new table, with the functions of its tasks. Its input is `{job}`. */
export class RestoreWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const functions = taskFunctions(this, restoreTasks, props.settings);
    grantRestoreRights(functions, props);
    this.machine = stateMachine(
      this,
      this.definition(functions, props.maxConcurrency),
      props.settings.logRetention,
    );
  }

  private definition(
    functions: TaskFunctions<keyof typeof restoreTasks>,
    maxConcurrency: number,
  ): IChainable {
    // Its answer stands beside the state, so that the failure is there again when it is called after a wait.
    const abort = invokeBeside(this, 'AbortRestore', functions.AbortRestore, ['job', 'failure'], 'removal');
    const tag = invokeBeside(this, 'TagTable', functions.TagTable, ['job'], 'tag');
    const notUnderstood = answerNotUnderstood(this, abort);
    const plan = invoke(this, 'PlanRestore', functions.PlanRestore, 'job');
    const createTable = invoke(this, 'CreateTable', functions.CreateTable, 'job');
    const materializeAll = rangeMap(this, {
      names: {
        map: 'MaterializeAll',
        task: 'MaterializeRange',
        answered: 'RangeMaterialized',
        done: 'MaterializeDone',
        failed: 'MaterializeFailed',
      },
      lambdaFunction: functions.MaterializeRange,
      maxConcurrency,
      results: 'materialized',
    });
    const importTable = invoke(this, 'ImportTable', functions.ImportTable, 'job');
    const writeAll = rangeMap(this, {
      names: {
        map: 'WriteAll',
        task: 'WriteRange',
        answered: 'RangeWritten',
        done: 'WriteDone',
        failed: 'WriteFailed',
      },
      lambdaFunction: functions.WriteRange,
      maxConcurrency,
      results: 'written',
    });
    const buildIndexes = invoke(this, 'BuildIndexes', functions.BuildIndexes, 'job');
    const finish = invoke(this, 'FinishRestore', functions.FinishRestore, 'job');

    plan.next(
      byStatus(
        this,
        'Planned',
        {
          wait: waitThen(this, 'WaitForSnapshot', plan),
          write: createTable,
          import: materializeAll,
          ended: Succeed.jsonPath(this, 'RestoreEnded'),
        },
        notUnderstood,
      ),
    );
    createTable.next(
      byStatus(
        this,
        'TableCreated',
        { wait: waitThen(this, 'WaitForTable', createTable), ready: writeAll },
        notUnderstood,
      ),
    );
    writeAll.next(buildIndexes);
    materializeAll.next(importTable);
    importTable.next(
      byStatus(
        this,
        'TableImported',
        { wait: waitThen(this, 'WaitForImport', importTable), done: buildIndexes },
        notUnderstood,
      ),
    );
    buildIndexes.next(
      byStatus(
        this,
        'IndexesBuilt',
        { wait: waitThen(this, 'WaitForIndexes', buildIndexes), done: finish },
        notUnderstood,
      ),
    );
    finish.next(
      byStatus(
        this,
        'Finished',
        { wait: waitThen(this, 'WaitForSettings', finish), done: Succeed.jsonPath(this, 'RestoreDone') },
        notUnderstood,
      ),
    );
    abort.next(
      byStatus(
        this,
        'Aborted',
        {
          wait: waitThen(this, 'WaitForRemoval', abort, '$.removal.answer.waitSeconds'),
          untagged: tag,
          restored: Succeed.jsonPath(this, 'RestoredAfterAll'),
        },
        restoreFailed(this),
        '$.removal.answer.status',
      ),
    );

    tag.next(waitThen(this, 'WaitForTag', abort, '$.tag.answer.waitSeconds'));

    // Not AbortRestore and TagTable: what they throw ends the execution, and the reconciler finishes their work.
    catchAll(abort, plan, createTable, writeAll, materializeAll, importTable, buildIndexes, finish);
    return plan;
  }
}

function restoreFailed(scope: Construct): Fail {
  return Fail.jsonPath(scope, 'RestoreFailed', {
    error: 'RestoreFailed',
    cause: 'The reason is on the record of the restore.',
  });
}
