import { describe, expect, it } from 'vitest';
import { type Origin, sourceOf, sources } from '../../lambda/backup/sources.ts';

describe('an origin', () => {
  it('has only the members that its source needs, which the compiler checks', () => {
    // @ts-expect-error a scan has no ranges to export
    const scanWithExports: Origin = { source: 'scan', stream: 'stream-1', segments: 1, ranges: [] };
    // @ts-expect-error an export reads no stream
    const exportWithStream: Origin = { source: 'export', ranges: [], stream: 'stream-1' };
    // @ts-expect-error a stream has no segments
    const streamWithSegments: Origin = { source: 'stream', stream: 'stream-1', segments: 1 };
    expect([scanWithExports, exportWithStream, streamWithSegments].map(({ source }) => source)).toEqual([
      'scan',
      'export',
      'stream',
    ]);
  });

  it('finds the module of its source', () => {
    expect(sourceOf({ source: 'scan', stream: 'stream-1', segments: 1 })).toBe(sources.scan);
    expect(sourceOf({ source: 'stream', stream: 'stream-1' })).toBe(sources.stream);
    expect(sourceOf({ source: 'export', ranges: [] })).toBe(sources.export);
  });
});

describe('a source', () => {
  it('makes a base, or only continues parents', () => {
    const makesBase = Object.entries(sources).map(([name, source]) => [name, source.readWhole !== undefined]);
    expect(Object.fromEntries(makesBase)).toEqual({
      stream: false,
      export: true,
      scan: true,
      settings: true,
    });
  });

  it('has exact old images unless an export is involved', () => {
    const replay = { since: 0, until: 1 };
    expect(sources.scan.isExact({ source: 'scan', stream: 'stream-1', segments: 1 })).toBe(true);
    expect(sources.stream.isExact({ source: 'stream', stream: 'stream-1' })).toBe(true);
    expect(sources.stream.isExact({ source: 'stream', stream: 'stream-1', replay })).toBe(false);
    expect(sources.export.isExact({ source: 'export', ranges: [] })).toBe(false);
  });
});
