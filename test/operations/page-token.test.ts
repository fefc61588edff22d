import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecret } from '../../lambda/secret/secret.ts';
import { createPageToken, hexPlace, readPlace } from '../../lambda/operations/page-token.ts';
import { testSecret } from '../support/secret.ts';

const place = '00000000000000ff';
const facts = ['verify', 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/backup/1', 1];

const read = (token: string, given: readonly (string | number)[] = facts) =>
  readPlace(testSecret, token, given, hexPlace);

describe('a page token', () => {
  it('returns its place for the same request', async () => {
    expect(await read(await createPageToken(testSecret, place, facts))).toBe(place);
  });

  it.each([
    ['of another operation', ['compare', ...facts.slice(1)]],
    ['of another backup', ['verify', 'another', 1]],
    ['of another share', [...facts.slice(0, 2), 0.5]],
    ['with a member moved to another', ['verify', `${facts[1]}",1`, '']],
  ])('is refused for a request %s', async (_name, other) => {
    const token = await createPageToken(testSecret, place, facts);
    await expect(read(token, other)).rejects.toMatchObject({ code: 'Validation' });
  });

  it('is refused if any character is changed, added or removed', async () => {
    const token = await createPageToken(testSecret, place, facts);
    const changed = token
      .split('')
      .map((digit, i) => token.slice(0, i) + (digit === '0' ? '1' : '0') + token.slice(i + 1));
    for (const forged of [...changed, `${token}0`, token.slice(1), token.slice(0, -1), ` ${token}`, '']) {
      await expect(read(forged)).rejects.toMatchObject({ code: 'Validation' });
    }
  });

  it('cannot be made without the key', async () => {
    const text = JSON.stringify([place, ...facts]);
    const guesses = [
      createHash('sha256').update(text).digest('hex'),
      createHmac('sha256', '').update(text).digest('hex'),
      createHmac('sha256', 'page-token').update(text).digest('hex'),
    ].map((signature) => signature.slice(0, 32) + place);
    guesses.push(await createPageToken(createSecret(Buffer.alloc(32)), place, facts));
    for (const forged of guesses) await expect(read(forged)).rejects.toMatchObject({ code: 'Validation' });
  });

  it('is refused if its place is malformed, even if its signature is right', async () => {
    for (const other of ['', 'ff', `${place}0`, '00000000000000FF', '000000000000001g']) {
      const token = await createPageToken(testSecret, other, facts);
      await expect(read(token)).rejects.toMatchObject({ code: 'Validation' });
    }
  });
});
