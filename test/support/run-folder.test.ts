import { mkdirSync, mkdtempDisposableSync, readdirSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeRunFolders } from './run-folder.ts';

it('a test run that ends removes the folders of killed runs, but not of runs that may still be active', () => {
  using parent = mkdtempDisposableSync(join(tmpdir(), 'tidemark-test-'));
  const now = Date.now();
  for (const [name, minutes] of [
    [`tidemark-run-${process.pid}`, 0],
    ['tidemark-run-killed', 121],
    ['tidemark-run-other', 119],
    ['something-else', 1000],
  ] as const) {
    mkdirSync(join(parent.path, name, 'inner'), { recursive: true });
    utimesSync(join(parent.path, name), now / 1000, now / 1000 - minutes * 60);
  }
  removeRunFolders([parent.path, join(parent.path, 'absent')], now);
  expect(readdirSync(parent.path).toSorted()).toEqual(['something-else', 'tidemark-run-other']);
});
