import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../../lambda/dialects/http.ts';
import { handleRds } from '../../../lambda/dialects/rds/dialect.ts';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations, throwingOperations } from '../dynamodb/fakes.ts';
import { anyCodePoint } from '../../support/item/arbitrary.ts';
import { scaleRuns } from '../../support/scale.ts';
import { address, captures, readAnswer, sign, testKey, timeOf, toRequest } from './support.ts';

const now = Date.UTC(2026, 0, 2);

async function answer(request: HttpRequest, operations = fakeOperations(), log: Log = silentLog) {
  const clock = { now: () => (Number.isNaN(timeOf(request)) ? now : timeOf(request)) };
  return handleRds({ operations, keys: async () => [testKey], clock, log, region: 'eu-west-1' }, request);
}

/** Reads the names of the elements in an XML text, in order. Throws if the text is not well formed. */
function readElements(xml: string): string[] {
  const prolog = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!xml.startsWith(prolog)) throw new Error('no prolog');
  const names: string[] = [];
  const open: string[] = [];
  const token =
    // oxlint-disable-next-line no-control-regex
    /<(?<end>\/?)(?<name>[A-Za-z]+)>|(?:[^<>&\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&(?:amp|lt|gt|quot|#13);)+/y;
  token.lastIndex = prolog.length;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const { name, end } = token.exec(xml)?.groups ?? {};
    if (token.lastIndex <= at) throw new Error(`not well formed at ${at}: ${xml}`);
    if (name !== undefined && end === '') {
      names.push(name);
      open.push(name);
    } else if (name !== undefined && open.pop() !== name) throw new Error(`</${name}> is at a wrong place`);
  }
  if (open.length > 0) throw new Error('an element is open');
  return names;
}

/** Returns the reasons why the request's client could not read the response. */
function findFaults(request: HttpRequest, response: HttpResponse): string[] {
  const { status, type, text, body } = readAnswer(response);
  const isV3 = request.headers['authorization']?.startsWith('ACS3-HMAC-SHA256') === true;
  const isJson = type === 'application/json;charset=utf-8';
  const faults: string[] = [];
  if (![200, 400, 403, 404].includes(status)) faults.push(`status ${status}`);
  if (isV3 && !isJson) faults.push('V3 without JSON');
  if (!isJson && type !== 'text/xml;charset=utf-8') faults.push(`type ${type}`);
  const members = isJson ? Object.keys(body) : readElements(text).slice(1);
  const isError = members.slice(0, 5).join(' ') === 'RequestId HostId Code Message Recommend';
  if (members[0] !== 'RequestId') faults.push('no RequestId');
  if (isError !== (status !== 200)) faults.push(`status ${status} with ${members.join(' ')}`);
  if (isJson && isError && members.some((name) => typeof body[name] !== 'string')) faults.push('not a text');
  if (status === 200 && members.includes('Code')) faults.push('a Code without an error');
  const root = isJson ? '' : readElements(text)[0];
  if (!isJson && (root === 'Error') !== (status !== 200)) faults.push(`root ${root}`);
  return faults;
}

const anyText = fc.oneof(
  fc.string({ unit: anyCodePoint }),
  fc.string(),
  fc.constantFrom(
    'CreateBackup',
    'JSON',
    'XML',
    '',
    'x'.repeat(5000),
    '%',
    '%zz',
    '&',
    '=',
    '+',
    ']]>',
    '\u0000',
  ),
);
const names = fc.constantFrom(
  'Action',
  'Version',
  'Format',
  'AccessKeyId',
  'Signature',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'Timestamp',
  'DBInstanceId',
  'BackupId',
  'BackupMethod',
  'DBName',
  '__proto__',
);
const rawPairs = fc
  .array(fc.tuple(fc.oneof(names, anyText), anyText), { maxLength: 20 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));

const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', ''),
  path: fc.constantFrom('/', '/rds/', '//', ''),
  query: rawPairs,
  body: fc.oneof(
    rawPairs.map((text) => Buffer.from(text)),
    fc.uint8Array(),
  ),
  headers: fc.record(
    {
      'content-type': fc.constantFrom('application/x-www-form-urlencoded', 'application/json'),
      authorization: fc.oneof(
        anyText,
        anyText.map((text) => `ACS3-HMAC-SHA256 ${text}`),
        fc.constant(
          `ACS3-HMAC-SHA256 Credential=testkey,SignedHeaders=host;x-acs-action;x-acs-version;x-acs-date;x-acs-signature-nonce;x-acs-content-sha256;constructor,Signature=${'0'.repeat(64)}`,
        ),
        fc.constant(`ACS3-HMAC-SHA256 Credential=testkey,SignedHeaders=host,Signature=${'0'.repeat(64)}`),
      ),
      'x-acs-date': anyText,
      'x-acs-signature-nonce': anyText,
      'x-acs-content-sha256': anyText,
      'x-acs-action': anyText,
      'x-acs-version': anyText,
      host: anyText,
    },
    { requiredKeys: [] },
  ),
  address: fc.constant(address),
  isSecure: fc.boolean(),
});

describe('any request to the RDS dialect', () => {
  it('is refused in its client’s format, and never with a 5xx status', async () => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        expect(findFaults(request, await answer(request, fakeOperations(), log))).toEqual([]);
      }),
      { numRuns: scaleRuns(500) },
    );
    expect(log.error).not.toHaveBeenCalled();
  });

  it('gets an answer in its client’s format, even if one byte of it changed', async () => {
    const changed = fc.tuple(fc.constantFrom(...captures), fc.nat(), anyText);
    await fc.assert(
      fc.asyncProperty(changed, async ([capture, at, text]) => {
        const request = toRequest(capture);
        const place = at % (request.query.length + 1);
        const query = request.query.slice(0, place) + text.slice(0, 3) + request.query.slice(place + 1);
        expect(findFaults(request, await answer({ ...request, query }))).toEqual([]);
      }),
      { numRuns: scaleRuns(300) },
    );
  });

  it('gets an answer in its client’s format if it is signed, even if its parameters are random', async () => {
    const signed = fc.record({
      action: fc.oneof(
        fc.constantFrom('CreateBackup', 'DescribeBackupTasks', 'DescribeBackups'),
        anyText.map((text) => text.toWellFormed()),
      ),
      parameters: fc.dictionary(
        fc.constantFrom(
          'DBInstanceId',
          'BackupId',
          'BackupJobId',
          'BackupMethod',
          'DBName',
          'PageNumber',
          'PageSize',
          'StartTime',
        ),
        fc
          .oneof(anyText, fc.constantFrom('orders', 'Logical', '1', '30', '17', '2026-01-01T00:00Z'))
          .map((text) => text.toWellFormed()),
      ),
      style: fc.constantFrom('V1 query' as const, 'V1 form' as const, 'V3' as const),
      format: fc.constantFrom('JSON' as const, 'XML' as const),
    });
    await fc.assert(
      fc.asyncProperty(signed, async ({ action, parameters, style, format }) => {
        const request = sign(action, parameters, { style, format, now });
        expect(findFaults(request, await answer(request))).toEqual([]);
      }),
      { numRuns: scaleRuns(300) },
    );
  });
});

describe('an unexpected error of an operation', () => {
  it.each(['JSON', 'XML'] as const)('that nobody expects is a 500 without its text: %s', async (format) => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const operations = throwingOperations(new TypeError('secret of the server'));
    operations.useNonce.mockResolvedValue(true);
    const request = sign('CreateBackup', { DBInstanceId: 'orders' }, { now, format });
    const response = await answer(request, operations, log);
    expect(response.status).toBe(500);
    expect(response.body).toContain('InternalError');
    expect(response.body).not.toContain('secret');
    expect(log.error).toHaveBeenCalledOnce();
  });
});
