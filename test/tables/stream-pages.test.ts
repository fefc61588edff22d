import { describe, expect, it } from 'vitest';
import { createDynamodbClient, createStreamsClient } from '../../lambda/item/clients.ts';
import { createNativeBackups } from '../../lambda/native/dynamodb-backups.ts';
import { describeStream } from '../../lambda/tables/stream.ts';

/** Makes every call of a client return this output. */
function answering(client: { middlewareStack: { add: (...args: never[]) => void } }, output: object): void {
  const answer = () => async () => ({ output, response: {} });
  client.middlewareStack.add(answer as never, { step: 'initialize' } as never);
}

const endless = { code: 'ServiceAnswerInvalid', message: expect.stringContaining('pages without an end') };

describe('a list of AWS whose cursor does not move', () => {
  it('makes describeStream throw', async () => {
    const streams = createStreamsClient();
    const page = { Shards: [{ ShardId: 'shard-1' }], LastEvaluatedShardId: 'shard-1' };
    answering(streams, { StreamDescription: page });
    await expect(describeStream(streams, 'arn')).rejects.toMatchObject(endless);
  });

  it('makes the search for a native backup throw', async () => {
    const dynamodb = createDynamodbClient();
    answering(dynamodb, { BackupSummaries: [], LastEvaluatedBackupArn: 'arn' });
    const natives = createNativeBackups(dynamodb, () => Promise.reject(new Error('not called')));
    await expect(natives.find('table', 'name', 0)).rejects.toMatchObject(endless);
  });
});
