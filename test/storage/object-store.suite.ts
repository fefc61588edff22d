import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import pMap from 'p-map';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore, StoredObject } from '../../lambda/storage/object-store.ts';

/** More than two parts of the S3 adapter, and not a multiple of its part size. */
const large = 20 * 1024 * 1024;

const absent = { code: 'ObjectNotFound' };
const tooShort = { code: 'SnapshotCorrupt' };

/**
 * Tests the promises of every adapter of the object store. `makeStore` creates the store for the whole suite. The store need
 * not be empty, since each test uses keys of its own.
 */
export function testObjectStore(makeStore: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  // Not toEqual, which takes minutes for millions of bytes.
  const hasContent = async (key: string, content: Uint8Array) =>
    Buffer.compare(await store.get(key), content) === 0;

  beforeAll(async () => {
    store = await makeStore();
  });

  describe('an object', () => {
    it.each([0, 1, large])('reads %i bytes back as put wrote them', async (size) => {
      const key = newKey();
      const content = randomBytes(size);
      expect(await store.put(key, content)).toBe('stored');
      expect(await hasContent(key, content)).toBe(true);
      expect(Buffer.compare(await buffer(store.getStream(key)), content)).toBe(0);
    });

    it.each([
      ['an empty source', 0, 1],
      ['one byte', 1, 1],
      ['one part exactly', 8 * 1024 * 1024, 1024 * 1024],
      ['many parts in odd chunks', large + 1, 777_777],
      ['chunks larger than a part', large, large - 1],
    ])('reads back as putStream wrote it: %s', async (_name, size, chunk) => {
      const key = newKey();
      const content = randomBytes(size);
      expect(await store.putStream(key, yieldChunks(content, chunk))).toBe('stored');
      expect(await hasContent(key, content)).toBe(true);
    });

    it.each(['plain', 'a/b/c/d', 'with space', 'a+b=c&d', 'per%2Fcent', 'ümlaut-日本', '.hidden', "quote's"])(
      'may have the key %s',
      async (name) => {
        const key = `${newKey()}-${name}`;
        await store.put(key, Buffer.from(name));
        expect(await hasContent(key, Buffer.from(name))).toBe(true);
        await store.delete([key]);
        await expect(store.get(key)).rejects.toMatchObject(absent);
      },
    );
  });

  describe('a put to an existing key', () => {
    it('replaces the object, even by a shorter one', async () => {
      const key = newKey();
      await store.put(key, Buffer.from('the first, longer body'));
      expect(await store.put(key, Buffer.from('second'))).toBe('stored');
      expect(await hasContent(key, Buffer.from('second'))).toBe(true);
    });

    it('changes nothing with ifAbsent', async () => {
      const key = newKey();
      expect(await store.put(key, Buffer.from('first'), { ifAbsent: true })).toBe('stored');
      expect(await store.put(key, Buffer.from('second'), { ifAbsent: true })).toBe('exists');
      expect(await hasContent(key, Buffer.from('first'))).toBe(true);
    });

    it.each([
      ['small', 10],
      ['large', large],
    ])('changes nothing if it is a %s putStream', async (_name, size) => {
      const key = newKey();
      await store.put(key, Buffer.from('first'));
      expect(await store.putStream(key, yieldChunks(randomBytes(size), 1_000_000))).toBe('exists');
      expect(await hasContent(key, Buffer.from('first'))).toBe(true);
    });

    it('stores exactly one of twenty concurrent puts with ifAbsent', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 20 }, () => randomBytes(100_000));
      const outcomes = await Promise.all(bodies.map((body) => store.put(key, body, { ifAbsent: true })));
      expect(outcomes.toSorted()).toEqual(expectedOutcomes(bodies.length));
      expect(await hasContent(key, findWinner(bodies, outcomes))).toBe(true);
    });

    it('stores exactly one of several concurrent putStreams', async () => {
      const key = newKey();
      const bodies = Array.from({ length: 3 }, () => randomBytes(large / 2));
      const outcomes = await Promise.all(
        bodies.map((body) => store.putStream(key, yieldChunks(body, 1_000_000))),
      );
      expect(outcomes.toSorted()).toEqual(expectedOutcomes(bodies.length));
      expect(await hasContent(key, findWinner(bodies, outcomes))).toBe(true);
    });

    it('stores the object if the key was deleted before', async () => {
      const key = newKey();
      await store.put(key, Buffer.from('first'), { ifAbsent: true });
      await store.delete([key]);
      expect(await store.put(key, Buffer.from('second'), { ifAbsent: true })).toBe('stored');
      expect(await hasContent(key, Buffer.from('second'))).toBe(true);
    });
  });

  describe('a putStream that does not complete', () => {
    it.each([
      ['at once', 0],
      ['in the first part', 100],
      ['after two parts', large],
    ])('stores nothing, and throws the error of a source that fails %s', async (_name, size) => {
      const key = newKey();
      const broken = new Error('the source broke');
      await expect(store.putStream(key, yieldThenThrow(randomBytes(size), broken))).rejects.toBe(broken);
      await expect(store.get(key)).rejects.toMatchObject(absent);
      expect(await store.put(key, Buffer.from('later'), { ifAbsent: true })).toBe('stored');
    });

    it('leaves an existing object alone if its source fails', async () => {
      const key = newKey();
      await store.put(key, Buffer.from('first'));
      const broken = new Error('the source broke');
      await expect(store.putStream(key, yieldThenThrow(randomBytes(large), broken))).rejects.toBe(broken);
      expect(await hasContent(key, Buffer.from('first'))).toBe(true);
    });

    it('is not visible to readers', async () => {
      const key = newKey();
      const seen: string[] = [];
      async function* yieldAndWatch(): AsyncIterable<Uint8Array> {
        for (const chunk of splitChunks(randomBytes(large), 1_000_000)) {
          yield chunk;
          await store.get(key).then(
            () => seen.push('readable'),
            (error: Error) => seen.push(error.name),
          );
        }
      }
      expect(await store.putStream(key, yieldAndWatch())).toBe('stored');
      expect(new Set(seen)).toEqual(new Set(['ObjectNotFound']));
    });
  });

  describe('getRange', () => {
    const content = randomBytes(1000);
    const key = newKey();

    beforeAll(() => store.put(key, content));

    it('returns exactly the bytes of any range inside the object', async () => {
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

    it('throws SnapshotCorrupt for any range that ends after the object', async () => {
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
    ])('returns %s', async (_name, offset, length) => {
      const bytes = await store.getRange(key, offset, length);
      expect(Buffer.compare(bytes, content.subarray(offset, offset + length))).toBe(0);
    });

    it.each([
      ['one byte past the end', 999, 2],
      ['a byte from the end on', 1000, 1],
      ['no bytes past the end', 1001, 0],
      ['more than any memory', 0, 2 ** 50],
    ])('throws SnapshotCorrupt for %s', async (_name, offset, length) => {
      await expect(store.getRange(key, offset, length)).rejects.toMatchObject(tooShort);
    });

    it('throws SnapshotCorrupt for a byte of an empty object', async () => {
      const empty = newKey();
      await store.put(empty, new Uint8Array());
      await expect(store.getRange(empty, 0, 1)).rejects.toMatchObject(tooShort);
    });

    it('returns a range across the parts of a streamed object', async () => {
      const streamed = newKey();
      const body = randomBytes(large);
      await store.putStream(streamed, yieldChunks(body, 1_000_000));
      const bytes = await store.getRange(streamed, 8 * 1024 * 1024 - 10, 20);
      expect(Buffer.compare(bytes, body.subarray(8 * 1024 * 1024 - 10, 8 * 1024 * 1024 + 10))).toBe(0);
    });
  });

  describe('a key without an object', () => {
    it('makes every reader throw ObjectNotFound', async () => {
      const key = newKey();
      await expect(store.get(key)).rejects.toMatchObject(absent);
      await expect(store.getRange(key, 0, 1)).rejects.toMatchObject(absent);
      await expect(store.getRange(key, 0, 0)).rejects.toMatchObject(absent);
      await expect(buffer(store.getStream(key))).rejects.toMatchObject(absent);
    });

    it('can be deleted, alone and among others', async () => {
      const [present, missing] = [newKey(), newKey()];
      await store.put(present, Buffer.from('x'));
      await store.delete([missing, present]);
      await store.delete([missing, present]);
      await expect(store.get(present)).rejects.toMatchObject(absent);
    });

    it('can be deleted together with a thousand others, and a delete of no keys is no error', async () => {
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

  describe('a listing of a folder', () => {
    it('has its objects at any depth with their sizes, and no others', async () => {
      const folder = newFolder();
      const inside = ['a', 'b/c', 'b/d/.e', 'b/ä+f g'].map((name, bytes) => ({
        key: `${folder}/${name}`,
        bytes,
      }));
      for (const { key, bytes } of inside) await store.put(key, new Uint8Array(bytes));
      await store.putStream(`${folder}/b/streamed`, yieldChunks(new Uint8Array(5), 2));
      for (const other of [`${folder}x/a`, `${folder}-a`]) await store.put(other, new Uint8Array(1));
      expect(await listObjects(store, folder)).toEqual(
        sortByKey([...inside, { key: `${folder}/b/streamed`, bytes: 5 }]),
      );
      expect(await listObjects(store, `${folder}/b/d`)).toEqual([{ key: `${folder}/b/d/.e`, bytes: 2 }]);
    });

    it('has no deleted object', async () => {
      const folder = newFolder();
      for (const name of ['a', 'b/c', 'b/d']) await store.put(`${folder}/${name}`, new Uint8Array(1));
      await store.delete([`${folder}/a`, `${folder}/b/c`]);
      expect(await listObjects(store, folder)).toEqual([{ key: `${folder}/b/d`, bytes: 1 }]);
      await store.delete([`${folder}/b/d`]);
      expect(await listObjects(store, folder)).toEqual([]);
    });

    it('is empty for a folder that does not exist', async () => {
      const key = newKey();
      await store.put(key, new Uint8Array(1));
      expect(await listObjects(store, newFolder())).toEqual([]);
      expect(await listObjects(store, key)).toEqual([]);
    });

    it('has every remaining object exactly once, while others are stored and deleted', async () => {
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

  it('can be read again after a reader has stopped a stream early', async () => {
    const key = newKey();
    const content = randomBytes(large);
    await store.put(key, content);
    for await (const chunk of store.getStream(key)) {
      expect(Buffer.compare(chunk, content.subarray(0, chunk.length))).toBe(0);
      break;
    }
    expect(await hasContent(key, content)).toBe(true);
  });
}

const newFolder = () => `conformance/${randomUUID()}`;
const newKey = () => `${newFolder()}/object`;

async function listObjects(store: ObjectStore, folder: string): Promise<StoredObject[]> {
  return sortByKey(await Array.fromAsync(store.list(folder)));
}

function sortByKey(objects: readonly StoredObject[]): StoredObject[] {
  return objects.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const expectedOutcomes = (count: number) => [...Array.from({ length: count - 1 }, () => 'exists'), 'stored'];

function findWinner(bodies: readonly Buffer[], outcomes: readonly string[]): Buffer {
  const body = bodies[outcomes.indexOf('stored')];
  if (!body) throw new Error('none was stored');
  return body;
}

function* splitChunks(content: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

async function* yieldChunks(content: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  yield* splitChunks(content, size);
}

async function* yieldThenThrow(content: Uint8Array, error: Error): AsyncIterable<Uint8Array> {
  yield* splitChunks(content, 1_000_000);
  throw error;
}
