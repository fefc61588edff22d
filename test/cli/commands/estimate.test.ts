import { describe, expect, it } from 'vitest';
import { arn, available, estimated } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

describe('tidemark estimate', () => {
  it('prints both ways, the way that a restore would take, and the region and date of the prices', async () => {
    const { run, operations } = await serveOperations();
    expect(await run('estimate', arn)).toEqual({
      code: 0,
      stdout: [
        '7 items, 1.9 KB',
        'by import: not possible: an import makes no local secondary indexes',
        'by writes: under 0.01 USD to 0.50 USD, 20 s to 2 min',
        'a restore would be made by writes: restoreBy is writes',
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

  it('also prints the way that restoreBy auto would choose if the configured way differs', async () => {
    const auto = { way: 'import', why: 'it is large' } as const;
    const { run } = await serveOperations({ estimateRestore: async () => ({ ...estimated, auto }) });
    expect((await run('estimate', arn)).stdout).toContain(
      'restoreBy is writes\nwith restoreBy auto it would be made by import: it is large\n',
    );
  });

  it('prints a range as one figure if both ends are rendered alike', async () => {
    const ways = [{ way: 'import', usd: { low: 0, high: 0.009 }, seconds: { low: 120, high: 125 } }] as const;
    const { run } = await serveOperations({ estimateRestore: async () => ({ ...estimated, ways }) });
    expect((await run('estimate', arn)).stdout).toContain('by import: under 0.01 USD, 2 min\n');
  });

  it('prints one document with --json', async () => {
    const { run } = await serveOperations();
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
