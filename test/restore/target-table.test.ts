import {
  DeleteTableCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  type TableDescription,
  TagResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createRestoreId } from '../../lambda/model/ids.ts';
import type { RestoreRecord } from '../../lambda/model/records.ts';
import { createRestoreTag } from '../../lambda/restore/restore-tag.ts';
import { clearTarget } from '../../lambda/restore/target-table.ts';
import type { Services } from '../../lambda/services/services.ts';
import { testSecret } from '../support/secret.ts';

const now = 1_800_000_000_000;
const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/target';
const restore = {
  id: createRestoreId(now, '00000000'),
  target: 'target',
  targetTableId: 'made',
  source: { name: 'source', arn, tableId: 'source' },
  status: 'RESTORING',
  way: 'writes',
  description: {},
} as RestoreRecord;

/** Removes the target of the restore if it is this table. Returns the outcome, and the calls that change a table. */
async function clear(table: TableDescription, isTagged: boolean, more: Partial<RestoreRecord> = {}) {
  const record = { ...restore, ...more };
  const Tags = isTagged ? [await createRestoreTag({ secret: testSecret }, arn, record)] : [];
  const changes: string[] = [];
  const send = async (command: object): Promise<object> => {
    if (command instanceof DescribeTableCommand)
      return { Table: { TableArn: arn, CreationDateTime: new Date(now), TableStatus: 'ACTIVE', ...table } };
    if (command instanceof ListTagsOfResourceCommand) return { Tags };
    if (command instanceof DeleteTableCommand) changes.push('deleted');
    if (command instanceof TagResourceCommand) changes.push('finished');
    return {};
  };
  const services = { dynamodb: { send }, secret: testSecret } as unknown as Services;
  return { answer: await clearTarget(services, record, { isLast: true }), changes };
}

describe('the target of a restore that ends', () => {
  it('is deleted if the restore made it, even if the record has another id', async () => {
    for (const TableId of ['made', 'by a late twin'])
      expect(await clear({ TableId }, true)).toEqual({ answer: 'wait', changes: ['deleted'] });
  });

  it('is waited for by the restore while it is being deleted', async () => {
    const table = { TableId: 'made', TableStatus: 'DELETING' } as const;
    expect(await clear(table, true)).toEqual({ answer: 'wait', changes: [] });
  });

  it('is absent if the table of that name is somebody else’s', async () => {
    expect(await clear({ TableId: 'other' }, false)).toEqual({ answer: { kind: 'absent' }, changes: [] });
  });

  it('is kept if its owner removed the tag', async () => {
    const kept = { kind: 'kept', why: 'tagRemoved' };
    expect(await clear({ TableId: 'made' }, false)).toEqual({ answer: kept, changes: [] });
  });

  it('is finished if it was settled, but the table of a late twin is deleted', async () => {
    const settled = { settled: true } as const;
    const complete = { kind: 'complete' };
    expect(await clear({ TableId: 'made' }, true, settled)).toEqual({
      answer: complete,
      changes: ['finished'],
    });
    expect(await clear({ TableId: 'late' }, true, settled)).toEqual({ answer: 'wait', changes: ['deleted'] });
  });
});
