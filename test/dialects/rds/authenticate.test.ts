import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../lambda/dialects/http.ts';
import { RdsError } from '../../../lambda/dialects/rds/rds-error.ts';
import { signV3, buildStringToSignV3 } from '../../../lambda/dialects/rds/sign-v3.ts';
import { captures, createVerifier, sign, testKey, timeOf, toRequest } from './support.ts';

const cases = captures.map((capture) => [capture.name, toRequest(capture)] as const);

/** Verifies the request at the time that it states, and returns the code of the refusal. */
async function refusalOf(request: HttpRequest, now = timeOf(request)): Promise<string> {
  return createVerifier(now)(request).then(
    () => 'none',
    (error: unknown) => (error instanceof RdsError ? error.code : String(error)),
  );
}

/** Replaces a text in the query, the body and the headers of a request, in every encoding of it. */
function replaceText(request: HttpRequest, from: string, to: string): HttpRequest {
  const replace = (text: string) => text.replaceAll(from, to);
  return {
    ...request,
    query: replace(request.query),
    body: Buffer.from(replace(Buffer.from(request.body).toString())),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        value === undefined ? value : replace(value),
      ]),
    ),
  };
}

describe('a captured request of an official client', () => {
  it.each(cases)('has a signature of the test key: %s', async (_, request) => {
    expect(await createVerifier(timeOf(request))(request)).toEqual(testKey);
  });

  it.each(cases)('is refused if one character of its signature changes: %s', async (_, request) => {
    const signature = /Signature=([^&\s]+)/.exec(
      `${request.headers['authorization'] ?? ''} ${request.query}&${Buffer.from(request.body).toString()}`,
    )?.[1];
    const changed = (signature ?? '').replace(/^./, (first) => (first === 'a' ? 'b' : 'a'));
    expect(await refusalOf(replaceText(request, signature ?? '', changed))).toBe('SignatureDoesNotMatch');
  });

  it.each(cases)('is refused if the value of a parameter changes: %s', async (_, request) => {
    expect(await refusalOf(replaceText(request, 'rm-uf6wjk5', 'rm-uf6wjk6'))).toBe('SignatureDoesNotMatch');
  });

  it.each(cases)('is refused if it gets another parameter: %s', async (_, request) => {
    const longer = { ...request, query: `${request.query}&Extra=1` };
    expect(await refusalOf(longer)).toBe('SignatureDoesNotMatch');
  });

  it.each(cases)('is refused if its time changes by a second: %s', async (_, request) => {
    const time = new Date(timeOf(request)).toISOString().slice(0, 19);
    const later = new Date(timeOf(request) + 1000).toISOString().slice(0, 19);
    const changed = replaceText(
      replaceText(request, time, later),
      time.replaceAll(':', '%3A'),
      later.replaceAll(':', '%3A'),
    );
    expect(await refusalOf(changed)).toBe('SignatureDoesNotMatch');
  });

  it.each(cases)('is refused if its nonce changes: %s', async (_, request) => {
    const nonce =
      request.headers['x-acs-signature-nonce'] ??
      new URLSearchParams(`${request.query}&${Buffer.from(request.body).toString()}`).get('SignatureNonce') ??
      '';
    expect(await refusalOf(replaceText(request, nonce, `${nonce}0`))).toBe('SignatureDoesNotMatch');
  });

  it.each(cases)('is refused if a byte of its body changes: %s', async (_, request) => {
    const isForm = request.headers['content-type'] !== undefined;
    const body = Buffer.concat([request.body, Buffer.from(isForm ? '&x=1' : 'x')]);
    const refusal = request.headers['authorization']
      ? 'InvalidParameter'
      : isForm
        ? 'SignatureDoesNotMatch'
        : 'none';
    expect(await refusalOf({ ...request, body })).toBe(refusal);
  });

  it.each(cases)('is refused if its method changes: %s', async (_, request) => {
    const method = request.method === 'GET' ? 'POST' : 'GET';
    expect(await refusalOf({ ...request, method })).toBe('SignatureDoesNotMatch');
  });

  it.each(cases)('is accepted only once, as long as its time is valid: %s', async (_, request) => {
    let now = timeOf(request);
    const verify = createVerifier(() => now);
    await verify(request);
    for (const passedMs of [0, 15 * 60_000]) {
      now = timeOf(request) + passedMs;
      await expect(verify(request)).rejects.toMatchObject({ code: 'SignatureNonceUsed', status: 400 });
    }
  });

  it.each(cases)(
    'is accepted up to a quarter of an hour before and after its time: %s',
    async (_, request) => {
      const quarterMs = 15 * 60_000;
      expect(await refusalOf(request, timeOf(request) + quarterMs)).toBe('none');
      expect(await refusalOf(request, timeOf(request) - quarterMs)).toBe('none');
      expect(await refusalOf(request, timeOf(request) + quarterMs + 1)).toBe('InvalidTimeStamp.Expired');
      expect(await refusalOf(request, timeOf(request) - quarterMs - 1)).toBe('InvalidTimeStamp.Expired');
    },
  );
});

describe('a signed request', () => {
  const now = Date.UTC(2026, 0, 2);

  it('is refused if its key is unknown', async () => {
    const request = sign('CreateBackup', {}, { now, key: { id: 'nobody', secret: 'testsecret' } });
    await expect(createVerifier(now)(request)).rejects.toMatchObject({
      code: 'InvalidAccessKeyId.NotFound',
      status: 404,
    });
  });

  it.each(['V1 query', 'V1 form', 'V3'] as const)('with a wrong secret is refused: %s', async (style) => {
    const request = sign('CreateBackup', {}, { now, style, key: { id: 'testkey', secret: 'wrong' } });
    expect(await refusalOf(request, now)).toBe('SignatureDoesNotMatch');
  });

  it.each(['V1 query', 'V1 form', 'V3'] as const)(
    'is accepted with either of two secrets while one replaces the other: %s',
    async (style) => {
      const keys = [{ ...testKey, secrets: ['new', 'testsecret'] }];
      for (const secret of ['new', 'testsecret']) {
        const request = sign('CreateBackup', {}, { now, style, key: { id: 'testkey', secret } });
        expect(await createVerifier(now, keys)(request)).toEqual(keys[0]);
      }
    },
  );

  it('is refused with the text to sign after a colon, which clients compare with their own', async () => {
    const request = sign('CreateBackup', {}, { now, key: { id: 'testkey', secret: 'wrong' } });
    await expect(createVerifier(now)(request)).rejects.toMatchObject({
      message: expect.stringMatching(/server string to sign is:POST&%2F&AccessKeyId%3Dtestkey%26Action%3D/),
    });
  });

  it('does not use up its nonce if its signature is wrong', async () => {
    const verify = createVerifier(now);
    const nonce = 'nonce-of-two';
    const wrong = sign('CreateBackup', {}, { now, nonce, key: { id: 'testkey', secret: 'wrong' } });
    await expect(verify(wrong)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
    expect(await verify(sign('CreateBackup', {}, { now, nonce }))).toEqual(testKey);
  });

  it.each(['Signature', 'AccessKeyId', 'SignatureNonce', 'Timestamp', 'SignatureMethod', 'SignatureVersion'])(
    'is refused in style V1 without its %s',
    async (name) => {
      const request = sign('CreateBackup', {}, { now });
      const query = request.query.replace(new RegExp(`&?\\b${name}=[^&]*`), '');
      await expect(createVerifier(now)({ ...request, query })).rejects.toMatchObject({
        code: 'MissingParameter',
        message: expect.stringContaining(`"${name}"`),
      });
    },
  );

  it.each([
    ['SignatureMethod', 'HMAC-SHA256', 'InvalidSignatureMethod'],
    ['SignatureVersion', '2.0', 'InvalidParameter'],
    ['SignatureNonce', 'x'.repeat(257), 'InvalidParameter'],
  ])('is refused in style V1 with a wrong %s', async (name, value, code) => {
    const request = sign('CreateBackup', {}, { now });
    const query = request.query.replace(new RegExp(`\\b${name}=[^&]*`), `${name}=${value}`);
    expect(await refusalOf({ ...request, query }, now)).toBe(code);
  });

  it.each(['2026-01-02', '2026-01-02T00:00:00+00:00', '2026-13-02T00:00:00Z', 'x'.repeat(100_000), '0'])(
    'is refused if its time is malformed: %#',
    async (time) => {
      expect(await refusalOf(signWithTime(time, now), now)).toBe('InvalidTimeStamp.Format');
    },
  );

  it.each([
    'host',
    'x-acs-action',
    'x-acs-version',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-content-sha256',
  ])('is refused in style V3 if it does not sign the header %s', async (name) => {
    const request = sign('CreateBackup', {}, { now, style: 'V3' });
    const authorization = request.headers['authorization']
      ?.replace(new RegExp(`${name};?`), '')
      .replace(';,', ',');
    const unsigned = { ...request, headers: { ...request.headers, authorization } };
    await expect(createVerifier(now)(unsigned)).rejects.toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(name),
    });
  });

  it.each(['x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-content-sha256'])(
    'is refused in style V3 without the header %s',
    async (name) => {
      const request = sign('CreateBackup', {}, { now, style: 'V3' });
      const headers = { ...request.headers, [name]: undefined };
      expect(await refusalOf({ ...request, headers }, now)).toBe('MissingParameter');
    },
  );
});

function signWithTime(time: string, now: number): HttpRequest {
  const request = sign('CreateBackup', {}, { now, style: 'V3' });
  const headers = { ...request.headers, 'x-acs-date': time };
  return resign({ ...request, headers });
}

/** Signs a request of style V3 again after its headers changed. */
function resign(request: HttpRequest): HttpRequest {
  const authorization = request.headers['authorization'] ?? '';
  const signedHeaders = (/SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '').split(';');
  const host = request.headers['host'] ?? '';
  const text = buildStringToSignV3(request, { keyId: 'testkey', signedHeaders, signature: '' }, host);
  const signature = signV3('testsecret', text);
  return {
    ...request,
    headers: {
      ...request.headers,
      authorization: authorization.replace(/Signature=\w+$/, `Signature=${signature}`),
    },
  };
}
