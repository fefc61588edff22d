import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { apiOperations } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { handle, targetOf } from '../../../lambda/dialects/dynamodb/dialect.ts';
import type { Member, Members } from '../../../lambda/dialects/dynamodb/members.ts';
import type { Operation } from '../../../lambda/dialects/dynamodb/operation.ts';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import { arn, fakeOperations, tableArn } from './fakes.ts';
import { scaleRuns } from '../../support/scale.ts';
import { anyCodePoint } from '../../support/item/arbitrary.ts';

/** Values that are valid for some member, or for none. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: anyCodePoint }),
  fc.double(),
  fc.constantFrom('Music', 'nightly', 'USER', 'FULL', 'STREAM', 'yes', arn, tableArn, true, null),
  fc.constantFrom(0, 1, 35, 1e300, -1e300, 2 ** 31, 1_576_616_366.715),
  fc.constantFrom({ pk: { S: 'a' } }, { pk: { N: 1 } }, { pk: {} }, { pk: null }, 'x'.repeat(5000)),
);

/** Mostly values of the member's own type, and some of other types. */
function valueOf(member: Member): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: ofType(member), weight: 4 }, { arbitrary: anything, weight: 1 });
}

function ofType(member: Member): fc.Arbitrary<unknown> {
  if (member.type === 'list') return fc.array(valueOf(member.of), { maxLength: 4 });
  return member.type === 'structure' ? requestOf(member.members) : anything;
}

function requestOf(members: Members): fc.Arbitrary<object> {
  const values = Object.entries(members).map(([name, member]) => [name, valueOf(member)] as const);
  return fc.record(Object.fromEntries([...values, ['__proto__', anything]]), { requiredKeys: [] });
}

const requests = fc.constantFrom<Operation>(...apiOperations).chain((operation) =>
  fc.tuple(
    fc.constant(targetOf(operation)),
    requestOf(operation.members).map((body) => JSON.stringify(body)),
  ),
);

const bytes = fc.tuple(
  fc.oneof(fc.constantFrom(...apiOperations.map(targetOf)), fc.string({ unit: anyCodePoint })),
  fc.oneof(
    fc.string({ unit: anyCodePoint }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('utf8')),
    fc.json(),
    fc.nat(100_000).map((depth) => '{"Key":'.repeat(depth)),
    fc.nat(5000).map((depth) => `{"Key":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  ),
);

test('the dialect answers any request with a well-formed response, and never with an internal error', async () => {
  const log = { ...silentLog, error: vi.fn<Log['error']>() };
  const headers = fc.record({
    'content-type': fc.constantFrom('application/x-amz-json-1.0', 'application/json', 'text/xml', undefined),
    method: fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'GET'),
    path: fc.constantFrom('/', '/backup/Music', '/read/Music/', '/restore/Music/Music', '//', '/../read'),
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(requests, bytes), headers, fc.boolean(), async (call, http, signed) => {
      const [target, body] = call;
      const { method, path, ...types } = http;
      const request = { method, path, headers: { ...types, 'x-amz-target': target }, body, signed };
      const answer = await handle(fakeOperations(), request, log);
      expect([200, 400, 404]).toContain(answer.status);
      expect(answer.headers['x-amz-crc32']).toBe(String(crc32(Buffer.from(answer.body, 'utf8'))));
      expect(answer.body).not.toMatch(/\.ts:\d+/);
      if (method !== 'POST' || answer.status === 404) return;
      const parsed: unknown = JSON.parse(answer.body);
      const type = expect.stringMatching(/^com\.amazon[\w.]*#\w+Exception$/);
      expect(parsed).toMatchObject(answer.status === 400 ? { __type: type } : {});
    }),
    { numRuns: scaleRuns(750) },
  );
  expect(log.error).not.toHaveBeenCalled();
});
