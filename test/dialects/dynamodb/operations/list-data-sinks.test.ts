import { expect, test } from 'vitest';
import { answerTo, fakeOperations } from '../fakes.ts';

test('ListDataSinks returns each data sink, and why it cannot be used', async () => {
  const sinks = [
    { name: 'default', destination: 's3://backups' },
    { name: 'gone', destination: 's3://gone', fault: 'NoSuchBucket' },
  ];
  const operations = fakeOperations({ checkDataSinks: async () => sinks });
  const { answer } = await answerTo(operations, 'ListDataSinks', {});
  expect(answer).toEqual({
    DataSinks: [
      { Name: 'default', Destination: 's3://backups' },
      { Name: 'gone', Destination: 's3://gone', Fault: 'NoSuchBucket' },
    ],
  });
});
