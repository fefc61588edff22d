import { describe, expect, test, vi } from 'vitest';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import type { WireRequest } from '../../../lambda/dialects/wire.ts';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import { arn, failingOperations, fakeOperations, post, validRequests } from './fakes.ts';

const caller = 'arn:aws:sts::123456789012:assumed-role/team/ada';

/** Sends a request and returns the fields of its one line in the log. */
async function auditOf(request: WireRequest, operations = fakeOperations()) {
  const info = vi.fn<Log['info']>();
  await handle(operations, { ...request, caller }, { ...silentLog, info });
  expect(info).toHaveBeenCalledExactlyOnceWith('request', expect.anything());
  return info.mock.calls[0]?.[1];
}

describe('the audit line of a request', () => {
  test('has caller, verb, operation, tables, target, backup and outcome', async () => {
    const request = post('RestoreTableFromBackup', validRequests.RestoreTableFromBackup, {
      path: '/restore/Music/Copy',
    });
    expect(await auditOf(request)).toEqual({
      caller,
      verb: 'restore',
      operation: 'RestoreTableFromBackup',
      path: '/restore/Music/Copy',
      tables: ['Music'],
      targets: ['Copy'],
      backups: [arn],
      outcome: 'done',
      status: 200,
      requestId: expect.any(String),
      milliseconds: expect.any(Number),
    });
  });

  test('has the operation’s own verb, even for a request to /', async () => {
    expect(await auditOf(post('DeleteBackup', validRequests.DeleteBackup))).toMatchObject({
      verb: 'delete',
      path: '/',
      backups: [arn],
    });
  });

  test.each([
    ['another verb', post('DeleteBackup', { BackupArn: arn }, { path: '/read/Music' }), 'read', undefined],
    ['another table', post('DeleteBackup', { BackupArn: arn }, { path: '/delete/Lyrics' }), 'delete', [arn]],
    ['an unknown path', post('DeleteBackup', { BackupArn: arn }, { path: '/x' }), 'delete', undefined],
  ])('is also logged for a request that was denied because of %s', async (_, request, verb, backups) => {
    const facts = await auditOf(request);
    expect(facts).toMatchObject({ caller, verb, outcome: 'AccessDeniedException', status: 400 });
    expect(facts?.['backups']).toEqual(backups);
  });

  test.each([
    ['Internal', 'InternalServerError', 500],
    ['BackupNotFound', 'BackupNotFoundException', 400],
  ] as const)('has the name of the error that was answered: %s', async (code, outcome, status) => {
    const request = post('DescribeBackup', { BackupArn: arn });
    expect(await auditOf(request, failingOperations(code))).toMatchObject({ outcome, status });
  });

  test.each([
    [post('Nothing', {}), 'UnknownOperationException'],
    [post('ListBackups', 'no json'), 'SerializationException'],
    [post('ListBackups', {}, { signed: false }), 'MissingAuthenticationTokenException'],
    [post('ListBackups', {}, { headers: { 'content-type': 'text/plain' } }), 'HTTP 404'],
  ])('is also logged for a request that cannot be decoded: case %#', async (request, outcome) => {
    expect(await auditOf(request)).toMatchObject({ caller, outcome });
  });

  test('has no key of an item, and only a part of a long path', async () => {
    const request = post('GetBackupItem', { BackupArn: arn, Key: { pk: { S: 'secret' } } });
    const facts = await auditOf({ ...request, path: `/${'x'.repeat(5000)}` });
    expect(JSON.stringify(facts)).not.toContain('secret');
    expect(String(facts?.['path'])).toHaveLength(600);
  });
});
