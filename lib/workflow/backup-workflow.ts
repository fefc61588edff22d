import { JsonPath, Fail, Pass, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import type { IChainable, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { backupTasks } from '../../lambda/jobs/states.ts';
import { type BackupRightsProps, grantBackupRights } from './backup-rights.ts';
import { createMachine, createUnknownStatus, letStart, buildMachineArn } from './machine.ts';
import type { WorkflowProps } from './machine.ts';
import { createRangeMap } from './range-map.ts';
import { createTaskFunctions } from './task-functions.ts';
import type { TaskFunctions } from './task-functions.ts';
import { chooseByStatus, catchAll, invoke, waitThen } from './task.ts';

export interface BackupWorkflowProps extends WorkflowProps, BackupRightsProps {}

/**
 * The state machine that makes one backup, and the functions of its tasks. Its input is `{job}`, its states are
 *
 *     Begin -> ScanSegments -> StartCollect -> Collect -> PartitionAll -> Arrange -> ApplyAll -> Commit -> HandOver
 *
 * Each step's answer has a `status` that says which state follows: a step may be skipped, repeated after a wait, or send
 * the execution back to Begin. Every failure leads to Abort, and then to HandOver.
 */
export class BackupWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: BackupWorkflowProps) {
    super(scope, id);
    const functions = createTaskFunctions(this, backupTasks, props.settings);
    grantBackupRights(functions, props);
    // Begin also starts the next backup when it finds that another one is first.
    for (const step of [functions.Begin, functions.HandOver]) letStart(step, 'backup', buildMachineArn(this));
    this.machine = createMachine(
      this,
      this.define(functions, props.maxConcurrency),
      props.settings.logRetention,
    );
  }

  private define(functions: TaskFunctions<keyof typeof backupTasks>, maxConcurrency: number): IChainable {
    const abort = invoke(this, 'Abort', functions.Abort, 'job', 'failure');
    const unknownStatus = createUnknownStatus(this, abort);
    const begin = invoke(this, 'Begin', functions.Begin, 'job');
    const scanSegments = createRangeMap(this, {
      names: {
        map: 'ScanSegments',
        task: 'ScanSegment',
        answered: 'SegmentScanned',
        done: 'SegmentDone',
        failed: 'SegmentFailed',
      },
      lambdaFunction: functions.ScanSegment,
      maxConcurrency,
      results: 'scanned',
    });
    // `parameters`, not `result`: the interpreter of the embedded runtime treats a result of 0 as missing.
    const startCollect = Pass.jsonPath(this, 'StartCollect', {
      parameters: { job: JsonPath.objectAt('$.job'), part: 0 },
    });
    const collect = invoke(this, 'Collect', functions.Collect, 'job', 'part');
    const partitionAll = createRangeMap(this, {
      names: {
        map: 'PartitionAll',
        task: 'PartitionFiles',
        answered: 'FilesPartitioned',
        done: 'PartitionDone',
        failed: 'PartitionFailed',
      },
      lambdaFunction: functions.PartitionFiles,
      maxConcurrency,
      results: 'partitioned',
    });
    const arrange = invoke(this, 'Arrange', functions.Arrange, 'job');
    const applyAll = createRangeMap(this, {
      names: {
        map: 'ApplyAll',
        task: 'ApplyRange',
        answered: 'RangeApplied',
        done: 'ApplyDone',
        failed: 'ApplyFailed',
      },
      lambdaFunction: functions.ApplyRange,
      maxConcurrency,
      results: 'applied',
    });
    const commit = invoke(this, 'Commit', functions.Commit, 'job');
    const handOver = invoke(this, 'HandOver', functions.HandOver, 'job', 'status');

    // No Map gets an empty list: AWS does not document the outcome, and a Distributed Map takes time even without work.
    begin.next(
      chooseByStatus(
        this,
        'Begun',
        {
          wait: waitThen(this, 'WaitForSource', begin),
          ended: Succeed.jsonPath(this, 'BackupEnded'),
          commit,
          scan: scanSegments,
          collect: startCollect,
        },
        unknownStatus,
      ),
    );
    scanSegments.next(startCollect).next(collect);
    collect.next(
      chooseByStatus(
        this,
        'Collected',
        {
          more: collect,
          wait: waitThen(this, 'WaitForChanges', collect),
          again: begin,
          done: partitionAll,
          empty: arrange,
        },
        unknownStatus,
      ),
    );
    partitionAll.next(arrange);
    arrange.next(chooseByStatus(this, 'Arranged', { apply: applyAll, commit }, unknownStatus));
    applyAll.next(commit);
    commit.next(chooseByStatus(this, 'Committed', { again: begin, done: handOver }, unknownStatus));
    abort.next(handOver);
    handOver.next(
      chooseByStatus(
        this,
        'HandedOver',
        { failed: createBackupFailed(this) },
        Succeed.jsonPath(this, 'BackupDone'),
      ),
    );

    // Abort and HandOver have no catch: their failure ends the execution, and the reconciler finishes their work.
    catchAll(abort, begin, scanSegments, collect, partitionAll, arrange, applyAll, commit);
    return begin;
  }
}

function createBackupFailed(scope: Construct): Fail {
  return Fail.jsonPath(scope, 'BackupFailed', {
    error: 'BackupFailed',
    cause: 'The reason is on the record of the backup.',
  });
}
