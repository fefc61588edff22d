import { GetExecutionHistoryCommand, type HistoryEvent, paginateListExecutions } from '@aws-sdk/client-sfn';
import { backupMachine, sfn, waitFor } from './deployment.ts';

/** Lists the ARNs of a backup's executions. Their names begin with its id. */
export async function listExecutions(backupArn: string): Promise<string[]> {
  const id = backupArn.slice(backupArn.lastIndexOf('/') + 1);
  const found: string[] = [];
  for await (const { executions = [] } of paginateListExecutions(
    { client: sfn },
    { stateMachineArn: backupMachine },
  ))
    for (const { name, executionArn } of executions)
      if (name?.startsWith(id) === true && executionArn !== undefined) found.push(executionArn);
  return found;
}

/** Waits until the backup has an execution, and returns its ARN. */
export function findExecution(backupArn: string): Promise<string> {
  return waitFor(async () => (await listExecutions(backupArn))[0] ?? false, 20);
}

/** Reads the events of an execution, oldest first. */
export async function readHistory(executionArn: string): Promise<HistoryEvent[]> {
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events;
}

/** True while the function of this state is working: the state was entered, and its task has not ended. */
export async function isAtWork(executionArn: string, state: string): Promise<boolean> {
  const events = await readHistory(executionArn);
  const last = events.findLast(({ type }) => type === 'TaskStateEntered');
  return events.at(-1)?.type === 'TaskScheduled' && last?.stateEnteredEventDetails?.name === state;
}
