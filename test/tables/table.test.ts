import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { describeTable } from '../../lambda/tables/table.ts';

/** The answer of DescribeTimeToLive: a setting, or a refusal as for a table that is being created or deleted. */
type Answer = { readonly attribute: string } | 'refused';

/** A DynamoDB with one table of this status. It answers DescribeTimeToLive with these, in order, and repeats the last one. */
function createClient(
  status: string,
  answers: readonly Answer[],
): { dynamodb: DynamoDBClient; calls: string[] } {
  const calls: string[] = [];
  const send = async ({ constructor }: object) => {
    calls.push(constructor.name);
    if (constructor.name === 'DescribeTableCommand') return { Table: { TableStatus: status } };
    const asked = calls.filter((name) => name === 'DescribeTimeToLiveCommand').length;
    const answer = answers[Math.min(asked, answers.length) - 1];
    if (answer === 'refused') {
      // The message and the name of the error that the real service returned in October 2026.
      throw Object.assign(
        new Error(
          `Cannot describe time to live while table is in ${status} state: Current table state is ${status}`,
        ),
        { name: 'ValidationException' },
      );
    }
    return { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: answer?.attribute } };
  };
  return { dynamodb: { send } as unknown as DynamoDBClient, calls };
}

describe('describeTable, where DynamoDB refuses to describe the time to live', () => {
  it.each(['CREATING', 'DELETING'])('describes a table that is %s without it', async (status) => {
    const { dynamodb, calls } = createClient(status, ['refused']);
    const table = await describeTable(dynamodb, 'orders');
    expect(table).toMatchObject({ status });
    expect(table.description.timeToLive).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  it('asks again if the table has become ACTIVE, so that the setting is not lost', async () => {
    const { dynamodb } = createClient('ACTIVE', ['refused', { attribute: 'expires' }]);
    const { description } = await describeTable(dynamodb, 'orders');
    expect(description.timeToLive).toMatchObject({ AttributeName: 'expires' });
  });

  it('throws TableInUse rather than an incomplete description of an ACTIVE table', async () => {
    const { dynamodb } = createClient('ACTIVE', ['refused']);
    await expect(describeTable(dynamodb, 'orders')).rejects.toMatchObject({ code: 'TableInUse' });
  });
});
