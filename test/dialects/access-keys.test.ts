import { describe, expect, it } from 'vitest';
import { cacheKeys, isSameText, maySee, parseKeys } from '../../lambda/dialects/access-keys.ts';

const key = { id: 'ci', secrets: ['s3cret'], groups: ['orders'], verbs: ['read', 'backup'] };

describe('a file of keys', () => {
  it('is parsed to its keys', () => {
    expect(parseKeys(JSON.stringify({ keys: [key] }))).toEqual([key]);
  });

  it.each([
    ['no JSON', 's3cret', 'not JSON'],
    ['a list', [key], 'must be an object'],
    ['no keys', { keys: [] }, 'keys must be a list of 1 to 100'],
    ['two keys of one id', { keys: [key, key] }, 'two keys have one id'],
    ['an unknown member', { keys: [{ ...key, secret: 's3cret' }] }, 'may have only'],
    [
      'three secrets',
      { keys: [{ ...key, secrets: ['s3cret', 'b', 'c'] }] },
      'keys[0].secrets must be a list of 1 to 2',
    ],
    ['no secret', { keys: [{ ...key, secrets: [] }] }, 'keys[0].secrets'],
    [
      'a secret with a space',
      { keys: [{ ...key, secrets: ['s3cret s3cret'] }] },
      'keys[0].secrets[0] has the wrong form',
    ],
    ['a secret that is a number', { keys: [{ ...key, secrets: [5] }] }, 'keys[0].secrets[0]'],
    ['a verb that does not exist', { keys: [{ ...key, verbs: ['write'] }] }, 'may have only read, backup'],
    ['no group', { keys: [{ ...key, groups: [] }] }, 'keys[0].groups'],
  ])('is refused if it has %s, with a message that shows no value', (_, value, text) => {
    const parse = () => parseKeys(typeof value === 'string' ? value : JSON.stringify(value));
    expect(parse).toThrow(text);
    expect(parse).not.toThrow('s3cret');
  });
});

describe('keys that are cached for a minute', () => {
  it('are loaded once a minute', async () => {
    let now = 0;
    let loads = 0;
    const load = cacheKeys(async () => (loads++, parseKeys(JSON.stringify({ keys: [key] }))), {
      now: () => now,
    });
    await Promise.all([load(), load()]);
    now = 59_999;
    await load();
    expect(loads).toBe(1);
    now = 60_000;
    await load();
    expect(loads).toBe(2);
  });

  it('are loaded again after a failed load', async () => {
    let loads = 0;
    const load = cacheKeys(
      async () => {
        if (loads++ === 0) throw new Error('throttled');
        return [];
      },
      { now: () => 0 },
    );
    await expect(load()).rejects.toThrow('throttled');
    expect(await load()).toEqual([]);
  });
});

describe('a key of a caller', () => {
  it('may use only its groups, unless it may use all', () => {
    const [parsed] = parseKeys(JSON.stringify({ keys: [key] }));
    if (parsed === undefined) throw new Error('no key');
    expect([maySee(parsed, 'orders'), maySee(parsed, 'customers')]).toEqual([true, false]);
    expect(maySee({ ...parsed, groups: ['*'] }, 'customers')).toBe(true);
  });
});

describe('isSameText', () => {
  it('is true only for equal texts, of any lengths', () => {
    expect([isSameText('a', 'a'), isSameText('a', 'b'), isSameText('a', 'ab'), isSameText('', '')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
