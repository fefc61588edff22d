import { describe, expect, it } from 'vitest';
import { duration, money } from '../../../cli/output.ts';
import { arn, available, estimated } from '../../dialects/dynamodb/fakes.ts';
import { over } from '../../support/cli/support.ts';

describe('tidemark estimate', () => {
  it('tells both ways, which one is taken and whose prices these are', async () => {
    const { run, operations } = await over();
    expect(await run('estimate', arn)).toEqual({
      code: 0,
      stdout: [
        '7 items, 1.9 KB',
        'by import: not possible: an import makes no local secondary indexes',
        'by writes: under 0.01 USD to 0.50 USD, 20 s to 2 min',
        'a restore goes by writes: restoreBy is writes',
        'prices of us-east-1, as of 2026-11-21',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(operations.estimateRestore).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      id: available.id,
      arn,
    });
  });

  it('tells what auto would take where something else is configured', async () => {
    const auto = { way: 'import', why: 'it is large' } as const;
    const { run } = await over({ estimateRestore: async () => ({ ...estimated, auto }) });
    expect((await run('estimate', arn)).stdout).toContain(
      'restoreBy is writes\nwith restoreBy auto it would go by import: it is large\n',
    );
  });

  it('says once what is the same from the least to the most', async () => {
    const ways = [{ way: 'import', usd: { low: 0, high: 0.009 }, seconds: { low: 120, high: 125 } }] as const;
    const { run } = await over({ estimateRestore: async () => ({ ...estimated, ways }) });
    expect((await run('estimate', arn)).stdout).toContain('by import: under 0.01 USD, 2 min\n');
  });

  it('prints with --json one document', async () => {
    const { run } = await over();
    const { code, stdout } = await run('estimate', arn, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      BackupArn: arn,
      Estimate: {
        Items: 7,
        Ways: [
          { Way: 'IMPORT', Possible: false },
          { Way: 'WRITES', Possible: true },
        ],
      },
    });
  });
});

describe('money and durations for people', () => {
  it.each([
    // Rounded on the wire: nothing is for nothing.
    [0, 'under 0.01 USD'],
    [0.009, 'under 0.01 USD'],
    [0.01, '0.01 USD'],
    [65.536, '65.54 USD'],
  ])('%d USD is %s', (usd, text) => {
    expect(money(usd)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [99.4, '99 s'],
    [121, '2 min'],
    [5999, '100 min'],
    [6000, '1.7 h'],
    [172_800, '2.0 days'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
