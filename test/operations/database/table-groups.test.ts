import { DynamoDBServiceException, TagResourceCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { buildSiblingTableArn } from '../../../lambda/model/backup-arn.ts';
import { readTableName } from '../../../lambda/model/table-patterns.ts';
import type { Config } from '../../../lambda/services/config.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createTable } from '../../support/tables.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 1 });

const code = (expected: string) => expect.objectContaining({ code: expected });
const prefix = `g${randomIds.hex(6)}`;

async function createTables(...names: string[]): Promise<string[]> {
  const tables = names.map((name) => `${prefix}-${name}`);
  for (const table of tables) {
    await createTable(world.database.dynamodb, table, { hash: 'S', range: undefined }).catch(() => {});
  }
  return tables;
}

/** Starts the same Tidemark with other table groups. */
const configure = (config: Partial<Config>) =>
  world.harness.restart({ config: { ...world.harness.services.config, ...config } });

async function tag(table: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const ResourceArn = buildSiblingTableArn(world.harness.services.config.catalogArn, table);
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await world.database.dynamodb.send(new TagResourceCommand({ ResourceArn, Tags }));
}

describe('resolveTableGroup', () => {
  it('finds the tables that match a name or a pattern of the group, sorted by name', async () => {
    const [orders, users, ordersEu] = await createTables('orders', 'users', 'orders-eu');
    const groups = [{ name: 'shop', tables: [`${prefix}-orders*`, `${prefix}-users`] }];
    const { operations } = configure({ groups });
    const found = await operations.resolveTableGroup({ name: 'shop' });
    expect(found).toEqual({ name: 'shop', isConfigured: true, tables: [orders, ordersEu, users] });
    const [later] = await createTables('orders-us');
    expect((await operations.resolveTableGroup({ name: 'shop' })).tables).toContain(later);
  });

  it('finds only the tables that have all tags of the group', async () => {
    const [both, one] = await createTables('t1', 't2', 't3');
    await tag(String(both), { team: 'shop', stage: 'live' });
    await tag(String(one), { team: 'shop', stage: 'test' });
    const groups = [{ name: 'live', tables: [`${prefix}-t*`], tags: { team: 'shop', stage: 'live' } }];
    const { operations } = configure({ groups });
    expect((await operations.resolveTableGroup({ name: 'live' })).tables).toEqual([both]);
  });

  it('waits while DynamoDB throttles the requests for tags, and skips a table that is deleted in the meantime', async () => {
    const [tagged, deleted] = await createTables('w1', 'w2');
    await tag(String(tagged), { team: 'shop' });
    const groups = [{ name: 'live', tables: [`${prefix}-w*`], tags: { team: 'shop' } }];
    const { operations, services } = configure({ groups });
    let calls = 0;
    services.dynamodb.middlewareStack.add(
      (next, { commandName }) =>
        async (call) => {
          if (commandName !== 'ListTagsOfResourceCommand') return next(call);
          const isDeleted = String('ResourceArn' in call.input && call.input.ResourceArn).endsWith(
            String(deleted),
          );
          if (isDeleted || calls++ < 3) {
            const name = isDeleted ? 'ResourceNotFoundException' : 'ThrottlingException';
            throw new DynamoDBServiceException({ name, message: 'refused', $fault: 'client', $metadata: {} });
          }
          return next(call);
        },
      { step: 'initialize' },
    );
    expect((await operations.resolveTableGroup({ name: 'live' })).tables).toEqual([tagged]);
  });

  it('throws LimitExceeded instead of reading the tags of more than 100 tables', async () => {
    const names = Array.from({ length: 101 }, (_, i) => `table-${i}`);
    const { resolveTableGroup } = await import('../../../lambda/operations/table-groups.ts');
    const dynamodb = world.database.client();
    const answer = { response: {}, output: { TableNames: names, $metadata: {} } };
    dynamodb.middlewareStack.add(() => async () => answer, { step: 'initialize' });
    const groups = [{ name: 'g', tables: ['*'], tags: { a: 'b' } }];
    const services = {
      ...world.harness.services,
      dynamodb,
      config: { ...world.harness.services.config, groups },
    };
    await expect(resolveTableGroup(services, { name: 'g' })).rejects.toEqual(code('LimitExceeded'));
  });

  it('treats a table as a group of itself', async () => {
    const { operations } = world.harness;
    expect(await operations.resolveTableGroup({ name: world.table })).toEqual({
      name: world.table,
      isConfigured: false,
      tables: [world.table],
    });
  });

  it('resolves the group `all` to every table except the catalog', async () => {
    const { operations, services } = world.harness;
    const { tables } = await operations.resolveTableGroup({ name: 'all' });
    expect(tables).toContain(world.table);
    expect(tables).not.toContain(readTableName(services.config.catalogArn));
  });

  it('returns only tables that the configuration covers', async () => {
    const [orders] = await createTables('orders', 'users');
    const { operations } = configure({ tables: [`${prefix}-orders`] });
    expect((await operations.resolveTableGroup({ name: 'all' })).tables).toEqual([orders]);
    await expect(operations.resolveTableGroup({ name: world.table })).rejects.toEqual(code('GroupNotFound'));
  });

  it.each(['no-such-table', '', 'a b', 'x'.repeat(300), 'a"\n'])(
    'throws GroupNotFound for %j',
    async (name) => {
      await expect(world.harness.operations.resolveTableGroup({ name })).rejects.toEqual(
        code('GroupNotFound'),
      );
    },
  );

  it('throws GroupNotFound for the catalog, as for a missing table', async () => {
    const { operations, services } = world.harness;
    const name = readTableName(services.config.catalogArn);
    await expect(operations.resolveTableGroup({ name })).rejects.toEqual(code('GroupNotFound'));
  });
});

describe('listTableGroups', () => {
  it('lists the configured groups, then the tables, each name once', async () => {
    const [orders] = await createTables('orders', 'users');
    const groups = [
      { name: 'shop', tables: ['*'] },
      { name: String(orders), tables: ['*'] },
    ];
    const { operations } = configure({ groups, tables: [`${prefix}-orders`, `${prefix}-users`] });
    expect(await operations.listTableGroups()).toEqual(['shop', orders, `${prefix}-users`]);
  });
});
