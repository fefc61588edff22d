import { describe, expect, it } from 'vitest';
import { serveOperations } from '../../support/cli/command-line.ts';

const own = { name: 'default', destination: 's3://backups' };

describe('tidemark sinks', () => {
  it('prints each data sink with its destination', async () => {
    const { run } = await serveOperations({ checkDataSinks: async () => [own] });
    expect(await run('sinks')).toEqual({ code: 0, stdout: 'default: s3://backups\n', stderr: '' });
  });

  it('prints why a data sink cannot be used, and exits with 1', async () => {
    const gone = { name: 'gone', destination: 's3://gone', fault: 'it cannot be read: NoSuchBucket' };
    const { run } = await serveOperations({ checkDataSinks: async () => [own, gone] });
    const lines = ['default: s3://backups', 'gone: s3://gone', '  it cannot be read: NoSuchBucket', ''];
    expect(await run('sinks')).toEqual({ code: 1, stdout: lines.join('\n'), stderr: '' });
    expect(JSON.parse((await run('sinks', '--json')).stdout)).toEqual({
      DataSinks: [
        { Name: 'default', Destination: 's3://backups' },
        { Name: 'gone', Destination: 's3://gone', Fault: 'it cannot be read: NoSuchBucket' },
      ],
    });
  });
});
