import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { requireVariable } from '../runtime/required.ts';
import { nameUnreadableAnswers, outermost } from '../runtime/service-answers.ts';
import { environment } from '../runtime/environment.ts';
import type { Executions, Machine } from './job.ts';

const variable: Record<Machine, string> = {
  backup: environment.backupMachine,
  restore: environment.restoreMachine,
};

/** Creates the port to the deployed state machines. Their ARNs are in the environment of functions that may start them. */
export function createExecutions(env: NodeJS.ProcessEnv, client = new SFNClient()): Executions {
  client.middlewareStack.add(nameUnreadableAnswers, outermost);
  const arnOf = (machine: Machine): string => requireVariable(env, variable[machine]);
  return {
    async start(job) {
      const command = new StartExecutionCommand({
        stateMachineArn: arnOf(job.machine),
        name: job.execution,
        input: JSON.stringify({ job }),
      });
      try {
        await client.send(command);
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
    async state(machine, execution) {
      const executionArn = `${arnOf(machine).replace(':stateMachine:', ':execution:')}:${execution}`;
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return 'absent';
        throw error;
      }
    },
  };
}
