import { expect, it, vi } from 'vitest';
import { answerExports, ownBucket } from '../../local/dynamodb/exports/answers.ts';
import type { EmbeddedExports } from '../../local/dynamodb/exports/embedded-exports.ts';

const places = [
  '.tmp/x',
  '../secret.key',
  'exports/../tables/x',
  'exports/..',
  './tables/x',
  '/tables/x',
  'exports//x',
  '..',
  'exports/\0/x',
];

const requests: [string, (prefix: string) => object][] = [
  ['ExportTableToPointInTime', (S3Prefix) => ({ S3Prefix })],
  ['ImportTable', (S3KeyPrefix) => ({ S3BucketSource: { S3KeyPrefix } })],
];

it.each(requests)(
  'a caller’s %s cannot reach any object of Tidemark, or any file outside the bucket',
  async (name, of) => {
    const run = vi.fn<() => Promise<object>>(async () => ({}));
    const exports = {
      rejectionOf: () => undefined,
      exportTableToPointInTime: run,
      importTable: run,
    } as unknown as EmbeddedExports;
    const answer = (prefix: string) =>
      answerExports(exports, `DynamoDB_20120810.${name}`, JSON.stringify(of(prefix)));
    for (const prefix of places) {
      const refused = await answer(prefix);
      expect([prefix, refused?.status, refused?.body]).toEqual([
        prefix,
        400,
        expect.stringContaining('ValidationException'),
      ]);
    }
    const S3Bucket = ownBucket;
    const own = { S3Bucket, S3BucketSource: { S3Bucket, S3KeyPrefix: 'tables/' } };
    const refused = await answerExports(exports, `DynamoDB_20120810.${name}`, JSON.stringify(own));
    expect([refused?.status, refused?.body]).toEqual([400, expect.stringContaining('ValidationException')]);
    expect(run).not.toHaveBeenCalled();
    for (const prefix of ['', 'exports', 'exports/of a day/', 'tables/x', 'a.b/..c/d']) {
      expect((await answer(prefix))?.status).toBe(200);
    }
  },
);
