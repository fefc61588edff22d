import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import pMap from 'p-map';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore, StoredObject } from '../../lambda/storage/object-store.ts';

/** More than two parts of the S3 adapter, and no multiple of its part size. */
const large = 20 * 1024 * 1024;

const absent = { code: 'ObjectNotFound' };
const tooShort = { code: 'SnapshotCorrupt' };

/**
 * What every adapter of the object store promises, as tests. `makeStore` gives one store for the whole suite; it
 * need not be empty, each test works under keys of its own.
 */
export function objectStoreConformance(makeStore: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  // Not toEqual: it takes minutes over millions of bytes.
  const holds = async (key: string, content: Uint8Array) =>
    Buffer.compare(await store.get(key), content) === 0;

  beforeAll(async () => {
    store = await makeStore();
  });

  describe('bytes come back as they were put', () => {
    it.each([0, 1, large])('%i bytes, by put', async (size) => {
      const key = newKey();
      const content = randomBytes(size);
      expect(await store.put(key, content)).toBe('stored');
      expect(await holds(key, content)).toBe(true);
      expect(Buffer.compare(await buffer(store.getStream(key)), content)).toBe(0);
    });

    it.each([
      ['an empty source', 0, 1],
      ['one byte', 1, 1],
      ['one part exactly', 8 * 1024 * 1024, 1024 * 1024],
      ['many parts in odd chunks', large + 1, 777_777],
      ['chunks larger than a part', large, large - 1],
    ])('by putStream: %s', async (_name, size, chunk) => {
      const key = newKey();
      const content = randomBytes(size);
      expect(await store.putStream(key, inChunks(content, chunk))).toBe('stored');
      expect(await holds(key, content)).toBe(true);
    });

    it.each(['plain', 'a/b/c/d', 'with space', 'a+b=c&d', 'per%2Fcent', 'ümlaut-日本', '.hidden', "quote's"])(
      'under the key %s',
      async (name) => {
        const key = `${newKey()}-${name}`;
        await store.put(key, Buffer.from(name));
        expect(await holds(key, Buffer.from(name))).toBe(true);
        await store.delete([key]);
        await expect(store.get(key)).rejects.toMatchObject(absent);
      },
    );
  });

  describe('a put replaces, or with ifAbsent leaves what is there', () => {
    it('replaces by a shorter body', async () => {
      const key = newKey();
      await store.put(key, Buffer.from('the first, longer body'));
      expect(await store.put(key, Buffer.from('second'))).toBe('stored');
      expect(await holds(key, Buffer.from('second'))).toBe(true);
    });

    it('put with ifAbsent on a taken key changes nothing', async () => {
      const key = newKey();
      expect(await store.put(key, Buffer.from('first'), { ifAbsent: true })).toBe('stored');
      expect(await store.put(key, Buffer.from('second'), { ifAbsent: true })).toBe('exists');
      expect(await holds(key, Buffer.from('first'))).toBe(true);
    });

    it.each([
      ['small', 10],
      ['large', large],
    ])('a %s putStream to a taken key changes nothing', async (_name, size) => {
      const key = newKey();
      await store.put(key, Buffer.from('first'));
      expect(await store.putStream(key, inChunks(randomBytes(size), 1_000_000))).toBe('exists');
      expect(await holds(key, Buffer.from('first'))).toBe(true);
    });

    it('of twenty puts at once exactly one stores', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 20 }, () => randomBytes(100_000));
      const outcomes = await Promise.all(bodies.map((body) => store.put(key, body, { ifAbsent: true })));
      expect(outcomes.toSorted()).toEqual(exactlyOneOf(bodies.length));
      expect(await holds(key, winner(bodies, outcomes))).toBe(true);
    });

    it('of several putStreams at once exactly one stores', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 3 }, () => randomBytes(large / 2));
      const outcomes = await Promise.all(
        bodies.map((body) => store.putStream(key, inChunks(body, 1_000_000))),
      );
      expect(outcomes.toSorted()).toEqual(exactlyOneOf(bodies.length));
      expect(await holds(key, winner(bodies, outcomes))).toBe(true);
    });

    it('a key is free again after a delete', async () => {
      const key = newKey();
      await store.put(key, Buffer.from('first'), { ifAbsent: true });
      await store.delete([key]);
      expect(await store.put(key, Buffer.from('second'), { ifAbsent: true })).toBe('stored');
      expect(await holds(key, Buffer.from('second'))).toBe(true);
    });
  });

  describe('an object is seen whole or not at all', () => {
    it.each([
      ['at once', 0],
      ['in the first part', 100],
      ['after two parts', large],
    ])('a source that fails %s stores nothing and its error is thrown', async (_name, size) => {
      const key = newKey();
      const broken = new Error('the source broke');
      await expect(store.putStream(key, failingAfter(randomBytes(size), broken))).rejects.toBe(broken);
      await expect(store.get(key)).rejects.toMatchObject(absent);
      expect(await store.put(key, Buffer.from('later'), { ifAbsent: true })).toBe('stored');
    });

    it('a source that fails leaves the object that was there', async () => {
      const key = newKey();
      await store.put(key, Buffer.from('first'));
      const broken = new Error('the source broke');
      await expect(store.putStream(key, failingAfter(randomBytes(large), broken))).rejects.toBe(broken);
      expect(await holds(key, Buffer.from('first'))).toBe(true);
    });

    it('nothing can be read while a stream is being put', async () => {
      const key = newKey();
      const seen: string[] = [];
      async function* watching(): AsyncIterable<Uint8Array> {
        for (const chunk of inChunksNow(randomBytes(large), 1_000_000)) {
          yield chunk;
          await store.get(key).then(
            () => seen.push('readable'),
            (error: Error) => seen.push(error.name),
          );
        }
      }
      expect(await store.putStream(key, watching())).toBe('stored');
      expect(new Set(seen)).toEqual(new Set(['ObjectNotFound']));
    });
  });

  describe('a range is exact or an error', () => {
    const content = randomBytes(1000);
    const key = newKey();

    beforeAll(() => store.put(key, content));

    it('any range inside the object', async () => {
      const inside = fc
        .tuple(fc.nat(content.length), fc.nat(content.length))
        .map(([a, b]) => ({ offset: Math.min(a, b), length: Math.abs(a - b) }));
      await fc.assert(
        fc.asyncProperty(inside, async ({ offset, length }) => {
          const bytes = await store.getRange(key, offset, length);
          expect(Buffer.compare(bytes, content.subarray(offset, offset + length))).toBe(0);
        }),
      );
    });

    it('any range that passes the end', async () => {
      const beyond = fc
        .tuple(fc.nat(content.length * 2), fc.integer({ min: 1, max: content.length }))
        .map(([offset, excess]) => ({ offset, length: Math.max(0, content.length - offset) + excess }));
      await fc.assert(
        fc.asyncProperty(beyond, async ({ offset, length }) => {
          await expect(store.getRange(key, offset, length)).rejects.toMatchObject(tooShort);
        }),
      );
    });

    it.each([
      ['the first byte', 0, 1],
      ['the last byte', 999, 1],
      ['everything', 0, 1000],
      ['no bytes at the end', 1000, 0],
    ])('%s', async (_name, offset, length) => {
      const bytes = await store.getRange(key, offset, length);
      expect(Buffer.compare(bytes, content.subarray(offset, offset + length))).toBe(0);
    });

    it.each([
      ['one byte past the end', 999, 2],
      ['from the end', 1000, 1],
      ['no bytes past the end', 1001, 0],
      ['more than any memory', 0, 2 ** 50],
    ])('%s is SnapshotCorrupt', async (_name, offset, length) => {
      await expect(store.getRange(key, offset, length)).rejects.toMatchObject(tooShort);
    });

    it('a byte of an empty object is SnapshotCorrupt', async () => {
      const empty = newKey();
      await store.put(empty, new Uint8Array());
      await expect(store.getRange(empty, 0, 1)).rejects.toMatchObject(tooShort);
    });

    it('across the parts of a streamed object', async () => {
      const streamed = newKey();
      const body = randomBytes(large);
      await store.putStream(streamed, inChunks(body, 1_000_000));
      const bytes = await store.getRange(streamed, 8 * 1024 * 1024 - 10, 20);
      expect(Buffer.compare(bytes, body.subarray(8 * 1024 * 1024 - 10, 8 * 1024 * 1024 + 10))).toBe(0);
    });
  });

  describe('a key without an object', () => {
    it('is ObjectNotFound to every reader', async () => {
      const key = newKey();
      await expect(store.get(key)).rejects.toMatchObject(absent);
      await expect(store.getRange(key, 0, 1)).rejects.toMatchObject(absent);
      await expect(store.getRange(key, 0, 0)).rejects.toMatchObject(absent);
      await expect(buffer(store.getStream(key))).rejects.toMatchObject(absent);
    });

    it('may be deleted, alone and among others', async () => {
      const [present, missing] = [newKey(), newKey()];
      await store.put(present, Buffer.from('x'));
      await store.delete([missing, present]);
      await store.delete([missing, present]);
      await expect(store.get(present)).rejects.toMatchObject(absent);
    });

    it('deleting none or more than a thousand', async () => {
      const keys = Array.from({ length: 1001 }, newKey);
      const [first = '', last = ''] = [keys[0], keys.at(-1)];
      await store.put(first, Buffer.from('x'));
      await store.put(last, Buffer.from('x'));
      await store.delete([]);
      await store.delete(keys);
      await expect(store.get(first)).rejects.toMatchObject(absent);
      await expect(store.get(last)).rejects.toMatchObject(absent);
    });
  });

  describe('a folder lists its objects', () => {
    it('at any depth, with their sizes, and no others', async () => {
      const folder = newFolder();
      const inside = ['a', 'b/c', 'b/d/.e', 'b/ä+f g'].map((name, bytes) => ({
        key: `${folder}/${name}`,
        bytes,
      }));
      for (const { key, bytes } of inside) await store.put(key, new Uint8Array(bytes));
      await store.putStream(`${folder}/b/streamed`, inChunks(new Uint8Array(5), 2));
      for (const other of [`${folder}x/a`, `${folder}-a`]) await store.put(other, new Uint8Array(1));
      expect(await listed(store, folder)).toEqual(
        byKey([...inside, { key: `${folder}/b/streamed`, bytes: 5 }]),
      );
      expect(await listed(store, `${folder}/b/d`)).toEqual([{ key: `${folder}/b/d/.e`, bytes: 2 }]);
    });

    it('not what was deleted', async () => {
      const folder = newFolder();
      for (const name of ['a', 'b/c', 'b/d']) await store.put(`${folder}/${name}`, new Uint8Array(1));
      await store.delete([`${folder}/a`, `${folder}/b/c`]);
      expect(await listed(store, folder)).toEqual([{ key: `${folder}/b/d`, bytes: 1 }]);
      await store.delete([`${folder}/b/d`]);
      expect(await listed(store, folder)).toEqual([]);
    });

    it('none where none are', async () => {
      const key = newKey();
      await store.put(key, new Uint8Array(1));
      expect(await listed(store, newFolder())).toEqual([]);
      expect(await listed(store, key)).toEqual([]);
    });

    it('each that stays once, while others come and go', async () => {
      const folder = newFolder();
      const names = Array.from({ length: 1100 }, (_, n) => `${folder}/${n % 3}/${n}`);
      await pMap(names, (key) => store.put(key, new Uint8Array(1)), { concurrency: 20 });
      const going = names.filter((_, n) => n % 5 === 0);
      const seen: string[] = [];
      for await (const { key } of store.list(folder)) {
        seen.push(key);
        const gone = going.pop();
        if (gone === undefined) continue;
        await store.delete([gone]);
        await store.put(`${gone}-new`, new Uint8Array(1));
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(names.filter((_, n) => n % 5 !== 0)));
      expect(going).toEqual([]);
    });
  });

  it('a reader may stop a stream early and read again', async () => {
    const key = newKey();
    const content = randomBytes(large);
    await store.put(key, content);
    for await (const chunk of store.getStream(key)) {
      expect(Buffer.compare(chunk, content.subarray(0, chunk.length))).toBe(0);
      break;
    }
    expect(await holds(key, content)).toBe(true);
  });
}

const newFolder = () => `conformance/${randomUUID()}`;
const newKey = () => `${newFolder()}/object`;

async function listed(store: ObjectStore, folder: string): Promise<StoredObject[]> {
  return byKey(await Array.fromAsync(store.list(folder)));
}

function byKey(objects: readonly StoredObject[]): StoredObject[] {
  return objects.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const exactlyOneOf = (count: number) => [...Array.from({ length: count - 1 }, () => 'exists'), 'stored'];

function winner(bodies: readonly Buffer[], outcomes: readonly string[]): Buffer {
  const body = bodies[outcomes.indexOf('stored')];
  if (!body) throw new Error('none was stored');
  return body;
}

function* inChunksNow(content: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

async function* inChunks(content: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  yield* inChunksNow(content, size);
}

async function* failingAfter(content: Uint8Array, error: Error): AsyncIterable<Uint8Array> {
  yield* inChunksNow(content, 1_000_000);
  throw error;
}
