import { setTimeout } from 'node:timers/promises';
import { ListExportsCommand, ListImportsCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { sweep } from '../../lambda/retention/sweep.ts';
import { Writer } from '../support/writer.ts';
import { contentOf } from '../support/tables.ts';
import { backupBy, deployment, itemsOf } from './deployment.ts';
import { expectError, type Json } from './http.ts';
import { eventually, type Wire } from './support.ts';

/** An export is gone on from by a stream that is older than what is replayed: here a second. */
async function streamIsOld(): Promise<void> {
  const made = Date.now();
  await eventually(() => Date.now() > made + 2000);
}

const { wire, recovery, harness, database, reconfigured, hideStream } = deployment();

type KeyType = 'S' | 'N' | 'B';

const bytes = (...codes: number[]) => Buffer.from(codes).toString('base64');

/** The nth key value of a type; 0 is the oddest. */
function keyValue(type: KeyType, n: number): Json {
  if (type === 'N') {
    return { N: ['-99999999999999999999999999999999999999', '0', '1E-130', '9.9E+125'][n] ?? String(n) };
  }
  if (type === 'B') return { B: n === 0 ? bytes(0) : bytes(255, n, 0, 34, 92) };
  return { S: ['\u0000 "\\\n', '\u2028é😀', '__proto__'][n] ?? `key ${n}` };
}

/** A value of every type, and the odd ones of each. */
const values: Json = {
  string: { S: 'é😀"\\\u0000\u001f\u2028\ud800\udc00' },
  emptyString: { S: '' },
  binary: { B: bytes(0, 255, 254, 10, 13) },
  emptyBinary: { B: '' },
  digits: { N: '12345678901234567890123456789012345678' },
  fraction: { N: '-0.12345678901234567890123456789012345678' },
  smallest: { N: '1E-130' },
  largest: { N: '-9.9999999999999999999999999999999999999E+125' },
  zero: { N: '-0.00' },
  padded: { N: '+0012.3400' },
  yes: { BOOL: true },
  no: { BOOL: false },
  nothing: { NULL: true },
  strings: { SS: ['b', 'a', '', 'é', '😀', '"'] },
  numbers: { NS: ['3', '-1', '12345678901234567890123456789012345678', '0.5'] },
  binaries: { BS: [bytes(255), bytes(0), bytes(1, 2, 3)] },
  emptyList: { L: [] },
  emptyMap: { M: {} },
  nested: {
    L: [{ M: { '': { S: 'no name' }, list: { L: [{ L: [{ NULL: true }, { SS: ['x'] }] }] } } }, { N: '1' }],
  },
  'odd name . # : é 😀': { M: { Item: { M: { S: { S: 'N' } } }, NewImage: { B: '' } } },
  'aws:rep:deleting': { BOOL: false },
};

/** Tables of all kinds of keys. */
const shapes: readonly (readonly [KeyType, KeyType?])[] = [['S'], ['N', 'B'], ['B', 'N']];

interface Rich {
  readonly table: string;
  readonly put: (n: number, more?: Json) => Promise<unknown>;
  readonly remove: (n: number) => Promise<unknown>;
}

async function richTable(name: string, hash: KeyType = 'S', range?: KeyType): Promise<Rich> {
  const keys = [['pk', 'HASH', hash] as const, ...(range ? [['sk', 'RANGE', range] as const] : [])];
  const table = await wire.table(name, {
    KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    AttributeDefinitions: keys.map(([AttributeName, , AttributeType]) => ({ AttributeName, AttributeType })),
  });
  const key = (n: number): Json => ({
    pk: keyValue(hash, range ? n % 2 : n),
    ...(range && { sk: keyValue(range, Math.floor(n / 2)) }),
  });
  return {
    table,
    put: (n, more = values) =>
      wire.ok('PutItem', { TableName: table, Item: { ...more, n: { N: String(n) }, ...key(n) } }),
    remove: (n) => wire.ok('DeleteItem', { TableName: table, Key: key(n) }),
  };
}

/** What the backup holds: its items, by a restore. */
async function restoredItems(arn: string, name: string): Promise<string[]> {
  const target = await wire.restored(arn, name);
  const items = await itemsOf(wire, target);
  await wire.ok('DeleteTable', { TableName: target });
  return items;
}

/** Close to 400 KB for one of the tables: more of them would only take time. */
const largeFor = (range: KeyType | undefined) => (letter: string) => ({
  large: { S: letter.repeat(range === undefined ? 409_000 : 5000) },
});

describe.concurrent('a table whose backups are made by exports and by its stream', () => {
  test.each(shapes)('is restored exactly as it was at each of them: keys %s %s', async (hash, range) => {
    const name = `mixed-${hash}${range ?? ''}`;
    const big = largeFor(range);
    const { table, put, remove } = await richTable(name, hash, range);
    const taken: { arn: string; items: string[] }[] = [];
    const made: Json[] = [];
    const ids: string[] = [];
    const take = async (options: Json) => {
      const items = await itemsOf(wire, table);
      const backup = await backupBy(wire, table, options);
      taken.push({ arn: backup.arn, items });
      made.push(backup.made);
      ids.push(backup.id);
    };
    await streamIsOld();
    for (let n = 0; n < 8; n++) await put(n);
    await put(8, big('a'));
    await put(9, {});
    await take({});

    // Changed, changed and back again, removed, removed and there again, new, new and gone.
    await put(0, { ...values, string: { S: 'changed' }, strings: { SS: ['z'] } });
    await put(1, {});
    await put(1);
    await remove(2);
    await remove(3);
    await put(3, { again: { S: '' } });
    await put(10);
    await put(11);
    await remove(11);
    await put(8, big('b'));
    await take({ Source: 'EXPORT' });

    await remove(10);
    await put(2);
    await remove(8);
    await take({ Source: 'STREAM' });

    await remove(0);
    await put(12, big('c'));
    await take({ Source: 'EXPORT' });

    await put(0);
    await remove(12);
    await take({});

    // A stream's cut is no place that an export can go on from.
    expect(made).toMatchObject([
      { Kind: 'FULL', Source: 'EXPORT' },
      { Source: 'EXPORT', Parent: ids[0] },
      { Source: 'STREAM', Parent: ids[1] },
      { Source: 'EXPORT' },
      { Source: 'STREAM', Parent: ids[3] },
    ]);
    expect(made[3]?.['Parent']).not.toBe(ids[2]);
    expect(made[3]?.['Why']).toEqual([
      `export: ${ids[2]}: it ends in a stream`,
      `exports tell of every change since ${String(made[3]?.['Parent'])}`,
    ]);
    const found = await Promise.all(taken.map(({ arn }, i) => restoredItems(arn, `${name}-${i}`)));
    for (const [i, { items }] of taken.entries()) expect([i, found[i]]).toEqual([i, items]);
  });

  test('has figures that tell its items, and verifies as sound', async () => {
    const table = await wire.table('figures');
    await wire.fill(table, 100);
    await backupBy(wire, table);
    await wire.fill(table, 20, 'later', 90);
    await wire.remove(table, 0);
    const { arn, made } = await backupBy(wire, table, { Source: 'EXPORT' });
    // An item has two names and two values: id, item-000000; note, first or later.
    expect(made).toMatchObject({ Figures: { Items: 109, Bytes: 109 * (2 + 11 + 4 + 5), CopiedRecords: 21 } });
    const verified = await wire.ok('VerifyBackup', { BackupArn: arn });
    expect(verified).toMatchObject({ Items: 109, Problems: [], Progress: 1 });
    const { Item } = await wire.ok('GetBackupItem', { BackupArn: arn, Key: { id: { S: 'item-000095' } } });
    expect(Item).toMatchObject({ note: { S: 'later' } });
  });

  test('has backups of the kinds that are asked for', async () => {
    const table = await wire.table('kinds');
    await wire.fill(table, 30);
    const first = await backupBy(wire, table);
    const contents: string[][] = [];
    const made: { arn: string; made: Json }[] = [];
    for (const Kind of ['INCREMENTAL', 'DIFFERENTIAL', 'FULL']) {
      await wire.fill(table, 2, Kind, contents.length);
      contents.push(await wire.content(table));
      made.push(await backupBy(wire, table, { Kind, Source: 'EXPORT' }));
    }
    expect(made).toMatchObject([
      { made: { Kind: 'INCREMENTAL', Source: 'EXPORT', Parent: first.id } },
      { made: { Kind: 'DIFFERENTIAL', Source: 'EXPORT' } },
      { made: { Kind: 'FULL', Source: 'EXPORT' } },
    ]);
    for (const [i, { arn }] of made.entries()) {
      expect(await wire.content(await wire.restored(arn, `kinds-${i}`))).toEqual(contents[i]);
    }
  });
});

describe.concurrent('an export', () => {
  test('of a table without items is a backup without items', async () => {
    const table = await wire.table('empty');
    const { arn, made } = await backupBy(wire, table, { Source: 'EXPORT' });
    const next = await backupBy(wire, table, { Source: 'EXPORT' });
    expect([made, next.made]).toMatchObject([{ Figures: { Items: 0 } }, { Figures: { Items: 0 } }]);
    expect(await wire.content(await wire.restored(arn, 'empty-0'))).toEqual([]);
    expect(await wire.content(await wire.restored(next.arn, 'empty-1'))).toEqual([]);
  });

  test('whose parent is younger than the shortest window is made from an older one, or from none', async () => {
    const slow = await reconfigured({
      config: { exportWindow: { shortestMs: 600_000, longestMs: 86_400_000 } },
    });
    const table = await wire.table('too-young');
    await wire.fill(table, 10);
    const first = await backupBy(slow, table, { Source: 'EXPORT' });
    await wire.fill(table, 10, 'more', 5);
    const content = await wire.content(table);
    const second = await backupBy(slow, table, { Source: 'EXPORT' });
    expect(first.made).not.toHaveProperty('Parent');
    expect(second.made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(second.made).not.toHaveProperty('Parent');
    expect(String(second.made['Why'])).toMatch(/10 minutes|600|young|short/i);
    expect(await wire.content(await wire.restored(second.arn, 'too-young-x'))).toEqual(content);
  });

  test('is asked for several times at once: each is there, in order, with what was acknowledged before it', async () => {
    const table = await wire.table('at-once');
    await wire.fill(table, 30);
    await backupBy(wire, table);
    const arns: string[] = [];
    for (let i = 0; i < 3; i++) {
      await wire.fill(table, 1, `before ${i}`, i);
      const { BackupDetails } = await wire.ok('CreateBackup', {
        TableName: table,
        BackupName: `at-once-${i}`,
        TidemarkOptions: { Source: 'EXPORT' },
      });
      arns.push(String((BackupDetails as Json)['BackupArn']));
    }
    for (const arn of arns) await wire.available(arn);
    expect((await wire.list({ TableName: table })).arns.slice(1)).toEqual(arns);
    for (const [i, arn] of arns.entries()) {
      const content = await wire.content(await wire.restored(arn, `at-once-${i}`));
      expect(content).toHaveLength(30);
      for (let n = 0; n <= i; n++) expect(content[n]).toMatch(new RegExp(`=before ${n}$`));
    }
  });

  test('beside writers holds every write acknowledged before the request, and no later state than its minute', async () => {
    const table = await wire.table('written', {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    });
    await streamIsOld();
    const { dynamodb } = database();
    const writers = Array.from({ length: 3 }, () => new Writer(dynamodb, table));
    const over = new AbortController();
    const writing = writers.map(async (writer, w) => {
      for (let n = 0; !over.signal.aborted; n++) {
        const key = { pk: { S: `writer ${w} key ${n % 17}` } };
        await writer.write({ key, item: n % 5 === 3 ? undefined : { n: { N: String(n) } } });
        await setTimeout(10);
      }
    });
    const backups: { arn: string }[] = [];
    try {
      for (const Source of ['EXPORT', 'EXPORT', 'STREAM']) {
        backups.push(await backupBy(wire, table, { Source }));
      }
    } finally {
      over.abort();
      await Promise.all(writing);
    }
    for (const [i, { arn }] of backups.entries()) {
      const marker = Number((await wire.detailsOf(arn))['BackupCreationDateTime']) * 1000;
      const content = await contentOf(dynamodb, await wire.restored(arn, `written-${i}`));
      expect(content.size).toBeGreaterThan(0);
      for (const writer of writers) expect(writer.explains(content, marker, 60_000)).toBe(true);
    }
  });

  test('and an import are not disturbed by a sweep at any time', async () => {
    const table = await wire.table('swept');
    await wire.fill(table, 20);
    const sweeping = await reconfigured({
      config: { restoreBy: 'import' },
      around: async (_handler, _input, run) => {
        const result = await run();
        await sweep(harness().services);
        return result;
      },
    });
    await backupBy(sweeping, table, { Source: 'EXPORT' });
    await wire.fill(table, 3, 'more', 18);
    const items = await itemsOf(wire, table);
    const { arn } = await backupBy(sweeping, table, { Source: 'EXPORT' });
    const target = wire.named('swept-x');
    await sweeping.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: target });
    await sweeping.active(target);
    expect(await itemsOf(wire, target)).toEqual(items);
  });

  test('leaves nothing staged once it is swept, and its backup is as it was', async () => {
    const table = await wire.table('staged');
    await wire.fill(table, 20);
    const first = await backupBy(wire, table, { Source: 'EXPORT' });
    await wire.fill(table, 5, 'more');
    const second = await backupBy(wire, table, { Source: 'EXPORT' });
    const content = await wire.content(table);
    const staged = async () => {
      const keys: string[] = [];
      for (const { id } of [first, second]) {
        for await (const { key } of harness().store.list(`staging/${id}`)) keys.push(key);
      }
      return keys;
    };
    expect(await staged()).not.toEqual([]);
    await sweep(harness().services);
    expect(await staged()).toEqual([]);
    expect(await wire.content(await wire.restored(second.arn, 'staged-x'))).toEqual(content);
  });
});

describe.concurrent('a history that was broken off is not bridged: a new base', () => {
  test('where recovery was off in between', async () => {
    const table = await wire.table('off-and-on');
    await wire.fill(table, 10);
    const first = await backupBy(wire, table, { Source: 'EXPORT' });
    recovery.switchOff(table);
    await wire.fill(table, 5, 'while it was off', 8);
    await wire.remove(table, 0);
    recovery.switchOn(table);
    const content = await wire.content(table);
    const second = await backupBy(wire, table, { Source: 'EXPORT' });
    expect(second.made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(second.made).not.toHaveProperty('Parent');
    expect(await wire.content(await wire.restored(second.arn, 'off-and-on-x'))).toEqual(content);
    expect(await wire.content(await wire.restored(first.arn, 'off-and-on-y'))).toHaveLength(10);
    await wire.fill(table, 1, 'last');
    const third = await backupBy(wire, table, { Source: 'EXPORT' });
    expect(third.made).toMatchObject({ Source: 'EXPORT', Parent: second.id });
  });

  test('where the table was made anew under its name', async () => {
    const table = await wire.table('anew');
    await wire.fill(table, 10, 'old life');
    const old = await backupBy(wire, table, { Source: 'EXPORT' });
    const oldContent = await wire.content(table);
    await wire.drop(table);
    await wire.table('anew');
    await wire.fill(table, 4, 'new life', 5);
    const content = await wire.content(table);
    const made = await backupBy(wire, table, { Source: 'EXPORT' });
    expect(made.made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT', Figures: { Items: 4 } });
    expect(made.made).not.toHaveProperty('Parent');
    expect(await wire.content(await wire.restored(made.arn, 'anew-new'))).toEqual(content);
    expect(await wire.content(await wire.restored(old.arn, 'anew-old'))).toEqual(oldContent);
  });
});

describe.concurrent('a table without a stream', () => {
  test('has increments by export, each of the changes since the one before', async () => {
    const table = await wire.table('streamless');
    hideStream(table);
    const taken: { arn: string; id: string; made: Json; items: string[] }[] = [];
    const take = async () => {
      const items = await itemsOf(wire, table);
      taken.push({ ...(await backupBy(wire, table)), items });
    };
    await wire.fill(table, 30);
    await take();
    await wire.fill(table, 3, 'more', 28);
    await wire.remove(table, 5);
    await take();
    await wire.fill(table, 1, 'again', 5);
    await wire.remove(table, 30);
    await take();
    expect(taken.map(({ made }) => made)).toMatchObject([
      { Kind: 'FULL', Source: 'EXPORT', Figures: { Items: 30 } },
      { Kind: 'INCREMENTAL', Source: 'EXPORT', Parent: taken[0]?.id, Figures: { CopiedRecords: 4 } },
      { Kind: 'INCREMENTAL', Source: 'EXPORT', Parent: taken[1]?.id },
    ]);
    for (const [i, { arn, items }] of taken.entries()) {
      expect([i, await itemsOf(wire, await wire.restored(arn, `streamless-${i}`))]).toEqual([i, items]);
    }
  });

  test('any more, after a backup by stream: an export goes on from one before, or a new base is made', async () => {
    const table = await wire.table('stream-gone');
    await wire.fill(table, 10);
    await backupBy(wire, table, { Source: 'SCAN' });
    await wire.fill(table, 2, 'more', 9);
    const last = await backupBy(wire, table);
    hideStream(table);
    await wire.remove(table, 0);
    const items = await itemsOf(wire, table);
    const { arn, made } = await backupBy(wire, table);
    expect(last.made).toMatchObject({ Source: 'STREAM' });
    expect(made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(made).not.toHaveProperty('Parent');
    expect(String(made['Why'])).toMatch(/stream.*new base/s);
    expect(await itemsOf(wire, await wire.restored(arn, 'stream-gone-x'))).toEqual(items);
  });
});

describe.concurrent('a step that is done twice, as any may be', () => {
  const twice = async (_handler: string, _input: object, run: () => Promise<object>) => {
    await run();
    return run();
  };
  const atOnce = async (_handler: string, _input: object, run: () => Promise<object>) => {
    const [first] = await Promise.allSettled([run(), run()]);
    if (first.status === 'rejected') throw first.reason;
    return first.value;
  };

  test.each(Object.entries({ twice, atOnce }))(
    'makes no second export, and the same backup: %s',
    async (how, around) => {
      const table = await wire.table(`repeated-${how}`);
      const repeating = await reconfigured({ around });
      await wire.fill(table, 12);
      const first = await backupBy(repeating, table, { Source: 'EXPORT' });
      await wire.fill(table, 3, 'more', 10);
      await wire.remove(table, 0);
      const items = await itemsOf(wire, table);
      const { arn, made } = await backupBy(repeating, table, { Source: 'EXPORT' });
      expect([first.made, made]).toMatchObject([
        { Source: 'EXPORT', Figures: { Items: 12 } },
        { Source: 'EXPORT', Parent: first.id, Figures: { Items: 12 } },
      ]);
      const { ExportSummaries = [] } = await harness().services.dynamodb.send(
        new ListExportsCommand({ TableArn: arn.split('/backup/')[0] }),
      );
      expect(ExportSummaries.filter(({ ExportType }) => ExportType !== 'INCREMENTAL_EXPORT')).toHaveLength(1);
      const importing = await reconfigured({ around, config: { restoreBy: 'import' } });
      const target = wire.named(`repeated-${how}-x`);
      await importing.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: target });
      await importing.active(target);
      expect(await itemsOf(wire, target)).toEqual(items);
      const { ImportSummaryList = [] } = await harness().services.dynamodb.send(new ListImportsCommand({}));
      expect(ImportSummaryList.filter(({ TableArn }) => TableArn?.endsWith(`/${target}`))).toHaveLength(1);
    },
  );
});

describe.concurrent('a table that goes while it is exported', () => {
  test.each([false, true])('the backup ends: whole, or failed by name; made anew: %s', async (isMadeAnew) => {
    const name = `goes-${isMadeAnew}`;
    const table = await wire.table(name);
    await wire.fill(table, 12, 'old life');
    const { BackupDetails } = await wire.ok('CreateBackup', {
      TableName: table,
      BackupName: name,
      TidemarkOptions: { Source: 'EXPORT' },
    });
    await wire.drop(table);
    await (isMadeAnew ? wire.table(name) : undefined);
    await (isMadeAnew ? wire.fill(table, 3, 'new life') : undefined);
    const { BackupStatus, Tidemark } = await wire.ended(String((BackupDetails as Json)['BackupArn']));
    const { Reason, Figures } = Tidemark as { Reason?: string; Figures?: { Items: number } };
    expect([BackupStatus, Reason ?? Figures?.Items]).toSatisfy(
      ([status, told]) =>
        (status === 'AVAILABLE' && told === 12) ||
        (status === 'DELETED' &&
          /^(TableNotFound|ExportFailed|CutUnreachable|ContinuousBackupsUnavailable): /.test(String(told))),
    );
  });
});

describe.concurrent('without point-in-time recovery', () => {
  const create = (asked: Wire, TableName: string, TidemarkOptions: Json = {}) =>
    asked.call('CreateBackup', { TableName, BackupName: 'without', TidemarkOptions });

  test.each([{}, { Source: 'EXPORT' }, { Kind: 'FULL' }])(
    'a first backup is refused at once, and leaves nothing: %j',
    async (options) => {
      const table = await wire.table(`without-${Object.values(options).join('') || 'none'}`);
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

  test('a backup goes on by the stream, as long as no export is asked for', async () => {
    const table = await wire.table('went-off');
    await streamIsOld();
    await wire.fill(table, 5);
    await backupBy(wire, table);
    recovery.switchOff(table);
    await wire.fill(table, 5, 'more', 3);
    const { made } = await backupBy(wire, table);
    expect(made).toMatchObject({ Source: 'STREAM' });
    expectError(await create(wire, table, { Source: 'EXPORT' }), 'ContinuousBackupsUnavailableException');
  });

  test('it is switched on where the configuration says so, and the backup is exact', async () => {
    const table = await wire.table('switched-on');
    await wire.fill(table, 15);
    recovery.switchOff(table);
    const enabling = await reconfigured({ config: { missingRecovery: 'enable' } });
    const content = await wire.content(table);
    const { arn, made } = await backupBy(enabling, table);
    expect(recovery.isOn(table)).toBe(true);
    expect(made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(await wire.content(await wire.restored(arn, 'switched-on-x'))).toEqual(content);
  });
});

describe.concurrent('a source that is asked for is made, or fails by name', () => {
  test.each(['TAPE', 'export', '', 'IMPORT', ' EXPORT'])('no such source: "%s"', async (Source) => {
    const answer = await wire.call('CreateBackup', {
      TableName: 'any-table',
      BackupName: 'no-such-source',
      TidemarkOptions: { Source },
    });
    expectError(answer, 'ValidationException', /source.*\[.*EXPORT.*\]/i);
  });

  test.each([5, true, ['EXPORT'], { S: 'EXPORT' }])('no word at all: %j', async (Source) => {
    const answer = await wire.call('CreateBackup', {
      TableName: 'any-table',
      BackupName: 'no-such-source',
      TidemarkOptions: { Source },
    });
    expectError(answer, 'SerializationException');
  });

  test('STREAM, where there is no snapshot that it could continue', async () => {
    const table = await wire.table('stream-first');
    await wire.fill(table, 3);
    const answer = await wire.call('CreateBackup', {
      TableName: table,
      BackupName: 'stream-first',
      TidemarkOptions: { Source: 'STREAM' },
    });
    const { BackupDetails } = answer.json as { BackupDetails: { BackupArn: string } };
    const { BackupStatus, Tidemark } = await wire.ended(BackupDetails.BackupArn);
    expect([BackupStatus, Tidemark]).toEqual([
      'DELETED',
      expect.objectContaining({ Reason: expect.stringMatching(/^CutUnreachable: .*\w/) }),
    ]);
    const next = await backupBy(wire, table);
    expect(next.made).toMatchObject({ Figures: { Items: 3 } });
  });

  test.each(['SCAN', 'STREAM'])('%s, of a table without a stream', async (Source) => {
    const table = await wire.table(`streamless-${Source}`, { StreamSpecification: { StreamEnabled: false } });
    const answer = await wire.call('CreateBackup', {
      TableName: table,
      BackupName: 'streamless',
      TidemarkOptions: { Source },
    });
    expectError(answer, 'ContinuousBackupsUnavailableException');
  });

  test('SCAN, while the base is by export: a full one of which the stream goes on', async () => {
    const table = await wire.table('scanned');
    await streamIsOld();
    await wire.fill(table, 20);
    await backupBy(wire, table);
    await wire.remove(table, 3);
    const content = await wire.content(table);
    const scanned = await backupBy(wire, table, { Source: 'SCAN' });
    expect(scanned.made).toMatchObject({ Kind: 'FULL', Source: 'SCAN' });
    const next = await backupBy(wire, table);
    expect(next.made).toMatchObject({ Source: 'STREAM', Parent: scanned.id });
    expect(await wire.content(await wire.restored(scanned.arn, 'scanned-x'))).toEqual(content);
    expect(await wire.content(await wire.restored(next.arn, 'scanned-y'))).toEqual(content);
  });

  test.each([
    ['EXPORT', 'INCREMENTAL'],
    ['EXPORT', 'DIFFERENTIAL'],
    ['EXPORT', 'FULL'],
    ['SCAN', 'FULL'],
  ])('%s, %s, of a table without a snapshot: a full one', async (Source, Kind) => {
    const table = await wire.table(`first-${Source}-${Kind}`);
    await wire.fill(table, 2);
    const { made } = await backupBy(wire, table, { Source, Kind });
    expect(made).toMatchObject({ Source, Kind: 'FULL', Figures: { Items: 2 } });
  });

  test('STREAM, FULL: all of the table, by the stream', async () => {
    const table = await wire.table('stream-full');
    await streamIsOld();
    await wire.fill(table, 4);
    const { id } = await backupBy(wire, table);
    await wire.remove(table, 1);
    const items = await itemsOf(wire, table);
    const { arn, made } = await backupBy(wire, table, { Source: 'STREAM', Kind: 'FULL' });
    expect(made).toMatchObject({ Source: 'STREAM', Kind: 'FULL', Parent: id });
    expect(await itemsOf(wire, await wire.restored(arn, 'stream-full-x'))).toEqual(items);
  });

  test('SCAN of a kind that a scan cannot give', async () => {
    const table = await wire.table('scan-increment');
    await wire.fill(table, 20);
    await backupBy(wire, table);
    const answer = await wire.call('CreateBackup', {
      TableName: table,
      BackupName: 'scan-increment',
      TidemarkOptions: { Source: 'SCAN', Kind: 'INCREMENTAL' },
    });
    expectError(answer, 'ValidationException', /scan/i);
  });
});

describe.concurrent('an export that DynamoDB fails', () => {
  test('for its bucket: the backup has the reason, and the next one is made', async () => {
    const table = await wire.table('no-bucket');
    await wire.fill(table, 5);
    const nowhere = await reconfigured({ exportBucket: 'no-such-bucket' });
    const arn = await nowhere.createBackup(table);
    const { BackupStatus, Tidemark } = await nowhere.ended(arn);
    expect([BackupStatus, Tidemark]).toEqual([
      'DELETED',
      expect.objectContaining({ Reason: expect.stringMatching(/^ExportFailed: .*S3NoSuchBucket/) }),
    ]);
    expectError(await wire.restore(arn, wire.named('no-bucket-x')), 'BackupNotFoundException');
    const { made } = await backupBy(wire, table);
    expect(made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT', Figures: { Items: 5 } });
  });
});
