import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeyed, startOfHash } from '../../../lambda/snapshot/format/change.ts';
import { contains, splitHashSpace, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { OpenRun } from '../../../lambda/snapshot/read/lookup.ts';
import {
  anyChanges,
  change,
  gather,
  createMemoryStore,
  sortKeyed,
  writeRun,
  keyRules,
} from '../../support/snapshot/support.ts';
import { listFrames, watchStore } from '../../support/snapshot/watched-store.ts';

const runs = fc.record({
  changes: anyChanges('delta', 60),
  frameBytes: fc.constantFrom(1, 200, 10_000),
  readAhead: fc.constantFrom(1, 300, 10_000),
});
const noFrames = new Set<string>();

describe('an open run', () => {
  it('finds the lines of ascending keys, and fetches its index and each frame at most once', async () => {
    await fc.assert(
      fc.asyncProperty(
        runs,
        fc.uniqueArray(fc.nat(60)),
        fc.integer({ min: 1, max: 9 }),
        async ({ changes, frameBytes }, asked, atOnce) => {
          const plain = createMemoryStore();
          const file = await writeRun(plain, 'run', 'delta', changes, frameBytes);
          const store = watchStore(plain);
          const run = new OpenRun(store, file, keyRules(1));
          const keys = sortKeyed(asked.map((n) => change(n, undefined)));
          for (let start = 0; start < keys.length; start += atOnce) {
            const some = keys.slice(start, start + atOnce);
            const expected = some.map((key) => changes.find((line) => compareKeyed(line, key) === 0));
            expect(await run.findAll(some)).toEqual(expected);
          }
          const frames = await listFrames(plain, [file]);
          for (const { entry } of frames) expect(store.countFrameReads(file, entry)).toBeLessThanOrEqual(1);
          expect(store.countFileReads('run')).toBeLessThanOrEqual(frames.length + 1);
        },
      ),
    );
  });

  it('reads the lines of ascending ranges, and fetches its index and each frame once', async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.constantFrom(1, 4, 16), async ({ changes, frameBytes, readAhead }, count) => {
        const plain = createMemoryStore();
        const file = await writeRun(plain, 'run', 'delta', changes, frameBytes);
        const store = watchStore(plain);
        const run = new OpenRun(store, file, keyRules(1));
        for (const range of splitHashSpace(count)) {
          const expected = changes.filter(({ hash }) => contains(range, hash));
          const start = startOfHash(range.from);
          expect(await gather(run.read(start, range.to, readAhead, noFrames))).toEqual(expected);
        }
        for (const { entry } of await listFrames(plain, [file]))
          expect(store.countFrameReads(file, entry)).toBe(1);
      }),
    );
  });

  it('searches only the given frames, and reads all but the given frames', async () => {
    const plain = createMemoryStore();
    const changes = sortKeyed(Array.from({ length: 9 }, (_, n) => change(n, `text ${n}`)));
    const file = await writeRun(plain, 'run', 'delta', changes, 1);
    const frames = await listFrames(plain, [file]);
    const store = watchStore(plain);
    const run = new OpenRun(store, file, keyRules(1));
    const among = new Set(frames.slice(0, 3).map(({ entry }) => entry.sha256));
    expect((await run.findAll(changes, among)).filter((line) => line !== undefined)).toEqual(
      changes.slice(0, 3),
    );
    expect(await gather(run.read(startOfHash(0n), wholeRange.to, 1000, among))).toEqual(changes.slice(3));
    for (const { entry } of frames) expect(store.countFrameReads(file, entry)).toBe(1);
  });

  it('does not keep a frame in memory to return a line of it', async () => {
    const store = createMemoryStore();
    const changes = sortKeyed(Array.from({ length: 50 }, (_, n) => change(n, `${n}`.repeat(5000))));
    const file = await writeRun(store, 'run', 'delta', changes, 1_000_000);
    const line = await new OpenRun(store, file, keyRules(1)).find(change(3, undefined));
    expect(line?.image?.buffer.byteLength).toBeLessThan(file.rawBytes / 4);
  });
});
