import { describe, expect, it } from 'vitest';
import { toSetId } from '../../../../lambda/model/sets.ts';
import { TidemarkError } from '../../../../lambda/runtime/errors.ts';
import { answerTo, fakeOperations, throwingOperations } from '../fakes.ts';

const key = { SetName: 'nightly', SetId: 7 };

describe('CreateBackupSet', () => {
  const create = async (body: object, operations = fakeOperations()) => ({
    ...(await answerTo(operations, 'CreateBackupSet', { SetName: 'nightly', ...body })),
    operations,
  });

  it('requests backups of tables with all options', async () => {
    const { operations, answer } = await create({
      TableNames: ['Music', 'Books'],
      TidemarkOptions: {
        Kind: 'DIFFERENTIAL',
        Source: 'STREAM',
        Comment: 'weekly',
        DataSink: 'archive',
        Checksum: true,
        RetentionDays: 30,
        KeepIncrementals: 5,
        Recreate: true,
        DeleteIntermediates: true,
      },
    });
    expect(operations.createBackupSet).toHaveBeenCalledExactlyOnceWith({
      name: 'nightly',
      tables: ['Music', 'Books'],
      kind: 'differential',
      source: 'stream',
      comment: 'weekly',
      sink: 'archive',
      checksum: true,
      replaces: { all: true, sinceFull: true, keepIncrementals: 5 },
      retentionDays: 30,
    });
    expect(answer).toMatchObject({
      BackupSet: { ...key, SetStatus: 'CREATING', Percent: 0, Members: [{ TableName: 'Music' }] },
    });
  });

  it('requests a backup of the tables that a group has now', async () => {
    const { operations } = await create({ GroupName: 'all', TidemarkOptions: { Source: 'SETTINGS' } });
    expect(operations.createBackupSet).toHaveBeenCalledExactlyOnceWith({
      name: 'nightly',
      group: 'all',
      tables: ['Music'],
      source: 'settings',
    });
  });

  it('answers a dry run with the plan, and requests nothing', async () => {
    const { operations, answer } = await create({
      TableNames: ['Music'],
      TidemarkOptions: { DryRun: true, RetentionDays: 3 },
    });
    expect(answer).toEqual({
      Plan: { Items: 0, Bytes: 0, Usd: { Low: 0, High: 0 }, MonthlyUsd: { Low: 0, High: 0 }, Tables: [] },
    });
    expect(operations.createBackupSet).not.toHaveBeenCalled();
  });

  it.each([
    [{}, 'give either TableNames or GroupName'],
    [{ TableNames: ['Music'], GroupName: 'all' }, 'give either TableNames or GroupName'],
    [{ TableNames: [] }, 'length greater than or equal to 1'],
    [{ TableNames: ['a b c'] }, 'regular expression'],
    [{ TableNames: ['Music'], TidemarkOptions: { Colour: 'red' } }, 'has no Colour'],
    [{ TableNames: ['Music'], TidemarkOptions: { RetentionDays: 0 } }, 'greater than or equal to 1'],
  ])('refuses %j', async (body, text) => {
    const { status, answer, operations } = await create(body);
    expect([status, answer]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining(text) }),
    ]);
    expect(operations.createBackupSet).not.toHaveBeenCalled();
  });

  it.each([
    ['SetInUse', 'BackupSetInUseException'],
    ['GroupNotFound', 'TableGroupNotFoundException'],
    ['LimitExceeded', 'LimitExceededException'],
  ] as const)('answers %s as %s', async (code, name) => {
    const { status, answer } = await create(
      { TableNames: ['Music'] },
      throwingOperations(new TidemarkError(code, 'its own words')),
    );
    expect([status, answer]).toEqual([
      400,
      { __type: expect.stringContaining(name), message: 'its own words' },
    ]);
  });
});

describe('ListBackupSets', () => {
  it('lists the newest first, and continues after the last set of a page', async () => {
    const operations = fakeOperations();
    const set = await operations.describeBackupSet({ name: 'a/b', id: toSetId(7) });
    operations.listBackupSets.mockResolvedValue({ sets: [set], next: 'token' });
    const { answer } = await answerTo(operations, 'ListBackupSets', { SetName: 'a/b', Limit: 1 });
    expect(answer).toMatchObject({ BackupSets: [key], NextToken: 'token' });
    await answerTo(operations, 'ListBackupSets', { NextToken: 'token' });
    expect(operations.listBackupSets.mock.calls).toEqual([
      [{ name: 'a/b', limit: 1, newestFirst: true }],
      [{ next: 'token', limit: 100, newestFirst: true }],
    ]);
  });
});

describe('DescribeBackupSet and DeleteBackupSet', () => {
  it('name the set', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'DescribeBackupSet', key)).toMatchObject({
      answer: { BackupSet: { ...key, Members: [{ TableName: 'Music', MemberStatus: 'CREATING' }] } },
    });
    expect(await answerTo(operations, 'DeleteBackupSet', key)).toMatchObject({ answer: key });
    expect(operations.deleteBackupSet).toHaveBeenCalledExactlyOnceWith({ name: 'nightly', id: 7 });
  });

  it.each(['DescribeBackupSet', 'DeleteBackupSet'])('%s answers BackupSetNotFoundException', async (name) => {
    const operations = throwingOperations(new TidemarkError('SetNotFound', 'none'));
    expect(await answerTo(operations, name, key)).toMatchObject({
      status: 400,
      answer: { __type: expect.stringMatching(/#BackupSetNotFoundException$/) },
    });
  });
});

describe('RestoreBackupSet', () => {
  it('starts the restores, and says which did not start', async () => {
    const operations = fakeOperations();
    const [started] = await operations.restoreBackupSet({ name: 'nightly', id: toSetId(7), targets: [] });
    const error = new TidemarkError('LimitExceeded', 'too many restores');
    operations.restoreBackupSet.mockClear();
    operations.restoreBackupSet.mockResolvedValue([
      ...(started === undefined ? [] : [started]),
      { table: 'Books', target: 'Copy-2', error },
    ]);
    const Targets = [
      { TableName: 'Music', TargetTableName: 'Copy' },
      { TableName: 'Books', TargetTableName: 'Copy-2' },
    ];
    expect((await answerTo(operations, 'RestoreBackupSet', { ...key, Targets })).answer).toEqual({
      Restores: [Targets[0], { ...Targets[1], Reason: 'too many restores' }],
    });
    expect(operations.restoreBackupSet).toHaveBeenCalledExactlyOnceWith({
      name: 'nightly',
      id: 7,
      targets: [
        { table: 'Music', target: 'Copy' },
        { table: 'Books', target: 'Copy-2' },
      ],
    });
  });
});
