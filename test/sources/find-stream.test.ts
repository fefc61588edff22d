import { describe, expect, it } from 'vitest';
import type { SourceServices } from '../../lambda/sources/source.ts';
import { findStream } from '../../lambda/sources/find-stream.ts';
import type { Table } from '../../lambda/tables/table.ts';
import { SimulatedTable } from '../support/sources/simulated-stream.ts';

describe('the stream of a table', () => {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 1, seed: 1 });
  const stream = table.stream;
  const find = () =>
    findStream({ streams: table.client } as SourceServices, {
      table: { status: 'ACTIVE', streamArn: String(stream?.arn) } as Table,
      requestedAt: table.now,
    });

  it('is usable while it is enabled', async () => {
    expect(await find()).toEqual({ arn: stream?.arn, createdAt: stream?.createdAt });
  });

  it('is waited for while it is not enabled, because a write may leave no record', async () => {
    table.switchOff();
    expect(await find()).toBe('wait');
  });
});
