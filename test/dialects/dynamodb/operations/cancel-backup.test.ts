import { expect, test } from 'vitest';
import { handle } from '../../../../lambda/dialects/dynamodb/dialect.ts';
import { parseBackupId } from '../../../../lambda/model/ids.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { arn, fakeOperations, post } from '../fakes.ts';

test('CancelBackup cancels the backup in the name of its caller, and answers with the reason on its record', async () => {
  const operations = fakeOperations();
  const caller = 'arn:aws:iam::123456789012:user/ada';
  const { status, body } = await handle(
    operations,
    { ...post('CancelBackup', { BackupArn: arn }), caller },
    silentLog,
  );
  expect([status, JSON.parse(body)]).toEqual([200, { BackupArn: arn, Reason: 'Cancelled by ada' }]);
  const [, id = ''] = arn.split('/backup/');
  expect(operations.cancelBackup).toHaveBeenCalledWith({
    table: 'Music',
    id: parseBackupId(id),
    arn,
    requestedBy: caller,
  });
});
