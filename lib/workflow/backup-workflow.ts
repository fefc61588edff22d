import { JsonPath, Fail, Pass, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import type { IChainable, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { backupTasks } from '../../lambda/jobs/states.ts';
import { grantBackupRights } from './backup-rights.ts';
import { answerNotUnderstood, letStart, machineArn, stateMachine } from './machine.ts';
import type { WorkflowProps } from './machine.ts';
import { rangeMap } from './range-map.ts';
import { taskFunctions } from './task-functions.ts';
import type { TaskFunctions } from './task-functions.ts';
import { byStatus, catchAll, invoke, waitThen } from './task.ts';

export interface BackupWorkflowProps extends WorkflowProps {
  readonly missingStream: 'refuse' | 'enable';
  readonly missingRecovery: 'refuse' | 'enable';
}

/** The state machine that makes one backup, with the functions of its tasks. Its input is `{job}`. */
export class BackupWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: BackupWorkflowProps) {
    super(scope, id);
    const functions = taskFunctions(this, backupTasks, props.settings);
    grantBackupRights(functions, props);
    // Begin hands over too, when it finds that another backup is first.
    for (const step of [functions.Begin, functions.HandOver]) letStart(step, 'backup', machineArn(this));
    this.machine = stateMachine(
      this,
      this.definition(functions, props.maxConcurrency),
      props.settings.logRetention,
    );
  }

  private definition(functions: TaskFunctions<keyof typeof backupTasks>, maxConcurrency: number): IChainable {
    const abort = invoke(this, 'Abort', functions.Abort, 'job', 'failure');
    const notUnderstood = answerNotUnderstood(this, abort);
    const begin = invoke(this, 'Begin', functions.Begin, 'job');
    const scanSegments = rangeMap(this, {
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
    // Not a result of 0 beside the state: the interpreter takes that for no result.
    const startCollect = Pass.jsonPath(this, 'StartCollect', {
      parameters: { job: JsonPath.objectAt('$.job'), part: 0 },
    });
    const collect = invoke(this, 'Collect', functions.Collect, 'job', 'part');
    const partitionAll = rangeMap(this, {
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
    const applyAll = rangeMap(this, {
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

    // A Map is never given nothing to do: what one does then is not said anywhere, and it would cost time.
    begin.next(
      byStatus(
        this,
        'Begun',
        {
          wait: waitThen(this, 'WaitForSource', begin),
          ended: Succeed.jsonPath(this, 'BackupEnded'),
          commit,
          scan: scanSegments,
          collect: startCollect,
        },
        notUnderstood,
      ),
    );
    scanSegments.next(startCollect).next(collect);
    collect.next(
      byStatus(
        this,
        'Collected',
        {
          more: collect,
          wait: waitThen(this, 'WaitForChanges', collect),
          again: begin,
          done: partitionAll,
          empty: arrange,
        },
        notUnderstood,
      ),
    );
    partitionAll.next(arrange);
    arrange.next(byStatus(this, 'Arranged', { apply: applyAll, commit }, notUnderstood));
    applyAll.next(commit);
    commit.next(byStatus(this, 'Committed', { again: begin, done: handOver }, notUnderstood));
    abort.next(handOver);
    handOver.next(
      byStatus(this, 'HandedOver', { failed: backupFailed(this) }, Succeed.jsonPath(this, 'BackupDone')),
    );

    // Not Abort and HandOver: what they throw ends the execution, and the reconciler finishes their work.
    catchAll(abort, begin, scanSegments, collect, partitionAll, arrange, applyAll, commit);
    return begin;
  }
}

function backupFailed(scope: Construct): Fail {
  return Fail.jsonPath(scope, 'BackupFailed', {
    error: 'BackupFailed',
    cause: 'The reason is on the record of the backup.',
  });
}
