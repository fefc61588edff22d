import { describe, expect, test } from 'vitest';
import { backUpWith, useDeployment, readItems } from '../../../support/wire/deployment.ts';
import type { Json } from '../../../support/wire/http.ts';

const { wire, recovery, reconfigure, hideStream } = useDeployment();

describe('a backup by export whose parent is younger than the shortest window', () => {
  test('continues an older parent, or is a new base', async () => {
    const slow = await reconfigure({
      config: { exportWindow: { minMs: 600_000, maxMs: 86_400_000 } },
    });
    const table = await wire.createTable('too-young');
    await wire.fill(table, 10);
    const first = await backUpWith(slow, table, { Source: 'EXPORT' });
    await wire.fill(table, 10, 'more', 5);
    const content = await wire.readContent(table);
    const second = await backUpWith(slow, table, { Source: 'EXPORT' });
    expect(first.made).not.toHaveProperty('Parent');
    expect(second.made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(second.made).not.toHaveProperty('Parent');
    expect(String(second.made['Why'])).toMatch(/10 minutes|600|young|short/i);
    expect(await wire.readContent(await wire.restoreTable(second.arn, 'too-young-x'))).toEqual(content);
  });
});

describe('a backup by export after a gap in the history', () => {
  test('is a new base if recovery was off in between', async () => {
    const table = await wire.createTable('off-and-on');
    await wire.fill(table, 10);
    const first = await backUpWith(wire, table, { Source: 'EXPORT' });
    recovery.switchOff(table);
    await wire.fill(table, 5, 'while it was off', 8);
    await wire.removeItem(table, 0);
    recovery.switchOn(table);
    const content = await wire.readContent(table);
    const second = await backUpWith(wire, table, { Source: 'EXPORT' });
    expect(second.made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(second.made).not.toHaveProperty('Parent');
    expect(await wire.readContent(await wire.restoreTable(second.arn, 'off-and-on-x'))).toEqual(content);
    expect(await wire.readContent(await wire.restoreTable(first.arn, 'off-and-on-y'))).toHaveLength(10);
    await wire.fill(table, 1, 'last');
    const third = await backUpWith(wire, table, { Source: 'EXPORT' });
    expect(third.made).toMatchObject({ Source: 'EXPORT', Parent: second.id });
  });

  test('is a new base if the table was deleted and created again under its name', async () => {
    const table = await wire.createTable('recreated');
    await wire.fill(table, 10, 'old life');
    const old = await backUpWith(wire, table, { Source: 'EXPORT' });
    const oldContent = await wire.readContent(table);
    await wire.dropTable(table);
    await wire.createTable('recreated');
    await wire.fill(table, 4, 'new life', 5);
    const content = await wire.readContent(table);
    const made = await backUpWith(wire, table, { Source: 'EXPORT' });
    expect(made.made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT', Figures: { Items: 4 } });
    expect(made.made).not.toHaveProperty('Parent');
    expect(await wire.readContent(await wire.restoreTable(made.arn, 'recreated-new'))).toEqual(content);
    expect(await wire.readContent(await wire.restoreTable(old.arn, 'recreated-old'))).toEqual(oldContent);
  });
});

describe('a table without a stream', () => {
  test('gets increments by export, each with the changes since the backup before', async () => {
    const table = await wire.createTable('streamless');
    hideStream(table);
    const taken: { arn: string; id: string; made: Json; items: string[] }[] = [];
    const take = async () => {
      const items = await readItems(wire, table);
      taken.push({ ...(await backUpWith(wire, table)), items });
    };
    await wire.fill(table, 30);
    await take();
    await wire.fill(table, 3, 'more', 28);
    await wire.removeItem(table, 5);
    await take();
    await wire.fill(table, 1, 'again', 5);
    await wire.removeItem(table, 30);
    await take();
    expect(taken.map(({ made }) => made)).toMatchObject([
      { Kind: 'FULL', Source: 'EXPORT', Figures: { Items: 30 } },
      { Kind: 'INCREMENTAL', Source: 'EXPORT', Parent: taken[0]?.id, Figures: { CopiedRecords: 4 } },
      { Kind: 'INCREMENTAL', Source: 'EXPORT', Parent: taken[1]?.id },
    ]);
    for (const [i, { arn, items }] of taken.entries()) {
      expect([i, await readItems(wire, await wire.restoreTable(arn, `streamless-${i}`))]).toEqual([i, items]);
    }
  });

  test('gets an export since its last export, or a new base, after it lost its stream', async () => {
    const table = await wire.createTable('stream-gone');
    await wire.fill(table, 10);
    await backUpWith(wire, table, { Source: 'SCAN' });
    await wire.fill(table, 2, 'more', 9);
    const last = await backUpWith(wire, table);
    hideStream(table);
    await wire.removeItem(table, 0);
    const items = await readItems(wire, table);
    const { arn, made } = await backUpWith(wire, table);
    expect(last.made).toMatchObject({ Source: 'STREAM' });
    expect(made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT' });
    expect(made).not.toHaveProperty('Parent');
    expect(String(made['Why'])).toMatch(/stream.*new base/s);
    expect(await readItems(wire, await wire.restoreTable(arn, 'stream-gone-x'))).toEqual(items);
  });
});
