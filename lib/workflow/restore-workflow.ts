import { Fail, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import type { IChainable, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { restoreTasks } from '../../lambda/jobs/states.ts';
import { createMachine, createUnknownStatus } from './machine.ts';
import type { WorkflowProps } from './machine.ts';
import { createRangeMap } from './range-map.ts';
import { grantRestoreRights } from './restore-rights.ts';
import { createTaskFunctions } from './task-functions.ts';
import type { TaskFunctions } from './task-functions.ts';
import { chooseByStatus, catchAll, invoke, invokeKeepingState, waitThen } from './task.ts';

/**
 * The state machine that restores one backup into a new table, and the functions of its tasks. Its input is `{job}`. The plan
 * chooses between two sequences of states:
 *
 *     PlanRestore -> CreateTable    -> WriteAll    -> BuildIndexes -> FinishRestore
 *     PlanRestore -> MaterializeAll -> ImportTable -> BuildIndexes -> FinishRestore
 *
 * A step that waits for DynamoDB returns `wait` and is called again. Every failure leads to AbortRestore, which may call for
 * TagTable to tag an imported table, so that the table can be deleted.
 */
export class RestoreWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const functions = createTaskFunctions(this, restoreTasks, props.settings);
    grantRestoreRights(functions, props);
    this.machine = createMachine(
      this,
      this.define(functions, props.maxConcurrency),
      props.settings.logRetention,
    );
  }

  private define(functions: TaskFunctions<keyof typeof restoreTasks>, maxConcurrency: number): IChainable {
    // AbortRestore and TagTable keep the state, so that AbortRestore gets the failure again when it is called after a wait.
    const abort = invokeKeepingState(
      this,
      'AbortRestore',
      functions.AbortRestore,
      ['job', 'failure'],
      'removal',
    );
    const tag = invokeKeepingState(this, 'TagTable', functions.TagTable, ['job'], 'tag');
    const unknownStatus = createUnknownStatus(this, abort);
    const plan = invoke(this, 'PlanRestore', functions.PlanRestore, 'job');
    const createTable = invoke(this, 'CreateTable', functions.CreateTable, 'job');
    const materializeAll = createRangeMap(this, {
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
    const writeAll = createRangeMap(this, {
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
      chooseByStatus(
        this,
        'Planned',
        {
          wait: waitThen(this, 'WaitForSnapshot', plan),
          write: createTable,
          import: materializeAll,
          ended: Succeed.jsonPath(this, 'RestoreEnded'),
        },
        unknownStatus,
      ),
    );
    createTable.next(
      chooseByStatus(
        this,
        'TableCreated',
        { wait: waitThen(this, 'WaitForTable', createTable), ready: writeAll },
        unknownStatus,
      ),
    );
    writeAll.next(buildIndexes);
    materializeAll.next(importTable);
    importTable.next(
      chooseByStatus(
        this,
        'TableImported',
        { wait: waitThen(this, 'WaitForImport', importTable), done: buildIndexes },
        unknownStatus,
      ),
    );
    buildIndexes.next(
      chooseByStatus(
        this,
        'IndexesBuilt',
        { wait: waitThen(this, 'WaitForIndexes', buildIndexes), done: finish },
        unknownStatus,
      ),
    );
    finish.next(
      chooseByStatus(
        this,
        'Finished',
        { wait: waitThen(this, 'WaitForSettings', finish), done: Succeed.jsonPath(this, 'RestoreDone') },
        unknownStatus,
      ),
    );
    abort.next(
      chooseByStatus(
        this,
        'Aborted',
        {
          wait: waitThen(this, 'WaitForRemoval', abort, '$.removal.answer.waitSeconds'),
          untagged: tag,
          restored: Succeed.jsonPath(this, 'RestoredAfterAll'),
        },
        createRestoreFailed(this),
        '$.removal.answer.status',
      ),
    );

    tag.next(waitThen(this, 'WaitForTag', abort, '$.tag.answer.waitSeconds'));

    // AbortRestore and TagTable have no catch: their failure ends the execution, and the reconciler finishes their work.
    catchAll(abort, plan, createTable, writeAll, materializeAll, importTable, buildIndexes, finish);
    return plan;
  }
}

function createRestoreFailed(scope: Construct): Fail {
  return Fail.jsonPath(scope, 'RestoreFailed', {
    error: 'RestoreFailed',
    cause: 'The reason is on the record of the restore.',
  });
}
