import { describe, expect, test } from 'vitest';
import { backUpWith, useDeployment, readItems, ageStream } from '../../../support/wire/deployment.ts';
import { expectError, type Json } from '../../../support/wire/http.ts';
import { arnOf, type Wire } from '../../../support/wire/support.ts';

const { wire, recovery, reconfigure } = useDeployment();

describe('a table without point-in-time recovery', () => {
  const create = (asked: Wire, TableName: string, TidemarkOptions: Json = {}) =>
    asked.call('CreateBackup', { TableName, BackupName: 'without', TidemarkOptions });

  test.each([{}, { Source: 'EXPORT' }, { Kind: 'FULL' }])(
    'a first backup is refused at once, and nothing is recorded: %j',
    async (options) => {
      const table = await wire.createTable(`without-${Object.values(options).join('') || 'none'}`);
      recovery.switchOff(table);
      expectError(
        await create(wire, table, options),
        'ContinuousBackupsUnavailableException',
        /point-in-time/,
      );
      expect((await wire.list({ TableName: table })).arns).toEqual([]);
      expect(recovery.isOn(table)).toBe(false);
    },
  );

  test('a backup continues by the stream unless its request names an export', async () => {
    const table = await wire.createTable('went-off');
    ageStream(wire);
    await wire.fill(table, 5);
    await backUpWith(wire, table);
    recovery.switchOff(table);
    await wire.fill(table, 5, 'more', 3);
    const { made } = await backUpWith(wire, table);
    expect(made).toMatchObject({ Source: 'STREAM' });
    expectError(await create(wire, table, { Source: 'EXPORT' }), 'ContinuousBackupsUnavailableException');
  });

  test('a backup enables recovery if the configuration says so, and is exact', async () => {
    const table = await wire.createTable('switched-on');
    await wire.fill(table, 15);
    recovery.switchOff(table);
    const enabling = await reconfigure({ config: { missingRecovery: 'enable' } });
    const content = await wire.readContent(table);
    const { arn, made } = await backUpWith(enabling, table);
    expect(recovery.isOn(table)).toBe(true);
    expect(made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(await wire.readContent(await wire.restoreTable(arn, 'switched-on-x'))).toEqual(content);
  });
});

describe('a request that names a source', () => {
  test.each(['TAPE', 'export', '', 'IMPORT', ' EXPORT'])(
    'is refused for an unknown source: "%s"',
    async (Source) => {
      const answer = await wire.call('CreateBackup', {
        TableName: 'any-table',
        BackupName: 'no-such-source',
        TidemarkOptions: { Source },
      });
      expectError(answer, 'ValidationException', /source.*\[.*EXPORT.*\]/i);
    },
  );

  test.each([5, true, ['EXPORT'], { S: 'EXPORT' }])(
    'is refused if the source is not a string: %j',
    async (Source) => {
      const answer = await wire.call('CreateBackup', {
        TableName: 'any-table',
        BackupName: 'no-such-source',
        TidemarkOptions: { Source },
      });
      expectError(answer, 'SerializationException');
    },
  );

  test('fails with CutUnreachable for STREAM if there is no snapshot to continue', async () => {
    const table = await wire.createTable('stream-first');
    await wire.fill(table, 3);
    const answer = await wire.call('CreateBackup', {
      TableName: table,
      BackupName: 'stream-first',
      TidemarkOptions: { Source: 'STREAM' },
    });
    const { BackupStatus, Tidemark } = await wire.waitForEnd(arnOf(answer.json));
    expect([BackupStatus, Tidemark]).toEqual([
      'DELETED',
      expect.objectContaining({ Reason: expect.stringMatching(/^CutUnreachable: .*\w/) }),
    ]);
    const next = await backUpWith(wire, table);
    expect(next.made).toMatchObject({ Figures: { Items: 3 } });
  });

  test.each(['SCAN', 'STREAM'])('for %s is refused if the table has no stream', async (Source) => {
    const table = await wire.createTable(`streamless-${Source}`, {
      StreamSpecification: { StreamEnabled: false },
    });
    const answer = await wire.call('CreateBackup', {
      TableName: table,
      BackupName: 'streamless',
      TidemarkOptions: { Source },
    });
    expectError(answer, 'ContinuousBackupsUnavailableException');
  });

  test('makes a full backup for SCAN that the stream continues, although bases are by export', async () => {
    const table = await wire.createTable('scanned');
    ageStream(wire);
    await wire.fill(table, 20);
    await backUpWith(wire, table);
    await wire.removeItem(table, 3);
    const content = await wire.readContent(table);
    const scanned = await backUpWith(wire, table, { Source: 'SCAN' });
    expect(scanned.made).toMatchObject({ Kind: 'FULL', Source: 'SCAN' });
    const next = await backUpWith(wire, table);
    expect(next.made).toMatchObject({ Source: 'STREAM', Parent: scanned.id });
    expect(await wire.readContent(await wire.restoreTable(scanned.arn, 'scanned-x'))).toEqual(content);
    expect(await wire.readContent(await wire.restoreTable(next.arn, 'scanned-y'))).toEqual(content);
  });

  test.each([
    ['EXPORT', 'INCREMENTAL'],
    ['EXPORT', 'DIFFERENTIAL'],
    ['EXPORT', 'FULL'],
    ['SCAN', 'FULL'],
  ])('makes a full backup for %s of kind %s if the table has no snapshot', async (Source, Kind) => {
    const table = await wire.createTable(`first-${Source}-${Kind}`);
    await wire.fill(table, 2);
    const { made } = await backUpWith(wire, table, { Source, Kind });
    expect(made).toMatchObject({ Source, Kind: 'FULL', Figures: { Items: 2 } });
  });

  test('makes a full backup by the stream for STREAM of kind FULL', async () => {
    const table = await wire.createTable('stream-full');
    ageStream(wire);
    await wire.fill(table, 4);
    const { id } = await backUpWith(wire, table);
    await wire.removeItem(table, 1);
    const items = await readItems(wire, table);
    const { arn, made } = await backUpWith(wire, table, { Source: 'STREAM', Kind: 'FULL' });
    expect(made).toMatchObject({ Source: 'STREAM', Kind: 'FULL', Parent: id });
    expect(await readItems(wire, await wire.restoreTable(arn, 'stream-full-x'))).toEqual(items);
  });

  test('is refused for SCAN if it names a kind that a scan cannot make', async () => {
    const table = await wire.createTable('scan-increment');
    await wire.fill(table, 20);
    await backUpWith(wire, table);
    const answer = await wire.call('CreateBackup', {
      TableName: table,
      BackupName: 'scan-increment',
      TidemarkOptions: { Source: 'SCAN', Kind: 'INCREMENTAL' },
    });
    expectError(answer, 'ValidationException', /scan/i);
  });
});
