import { describe, expect, it } from 'vitest';
import { render, synthesize } from '../../support/synthesis.ts';
import { expectedRights, on, writing } from './expected-rights.ts';
import { listOf, policies, rightsOf, template } from './policies.ts';

describe('the function of each handler', () => {
  it.each(Object.keys(expectedRights))('%s has exactly the rights that its work needs', (handler) => {
    expect(rightsOf(handler)).toEqual([...new Set(expectedRights[handler])].sort());
  });

  it('is in the table of expected rights', () => {
    expect(Object.keys(template.findResources('AWS::Lambda::Function'))).toHaveLength(
      Object.keys(expectedRights).length,
    );
  });

  it('schedule may create DynamoDB’s own backups only if a schedule has them as its source', () => {
    const entry = { name: 'nightly', tables: ['orders-eu'], expression: 'rate(1 day)' };
    const synthesizeWith = (change: object) =>
      synthesize({ tables: ['orders-*'], schedules: [{ ...entry, ...change }] });
    const right = 'dynamodb:CreateBackup on user tables';
    expect(rightsOf('schedule', synthesizeWith({ source: 'native' }))).toContain(right);
    expect(rightsOf('schedule', synthesizeWith({}))).not.toContain(right);
  });

  it('begin may enable a stream only if missingStream is enable', () => {
    expect(rightsOf('begin').join(' ')).not.toContain('UpdateTable');
    const enabling = synthesize({ tables: ['orders-*'], missingStream: 'enable' });
    expect(rightsOf('begin', enabling).join(' ')).toContain('dynamodb:UpdateTable on user tables');
  });

  it('begin may enable point-in-time recovery only if missingRecovery is enable', () => {
    expect(rightsOf('begin').join(' ')).not.toContain('UpdateContinuousBackups');
    const recovering = synthesize({ tables: ['orders-*'], missingRecovery: 'enable' });
    expect(rightsOf('begin', recovering)).toContain('dynamodb:UpdateContinuousBackups on user tables');
  });
});

describe('the policies of all functions', () => {
  const allowed = policies().flatMap((policy) =>
    policy.statements.filter(({ Effect }) => Effect === 'Allow'),
  );

  it('allow no action by a wildcard', () => {
    expect(allowed.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('allow actions on all resources only for log deliveries, traces and lists, which have no ARNs', () => {
    const everywhere = allowed.filter(({ Resource }) => listOf(Resource).includes('*'));
    for (const { Action } of everywhere) {
      for (const action of listOf(Action))
        expect(action).toMatch(
          /^(logs:.*(LogDeliver|ResourcePolic|LogGroups)|xray:|dynamodb:List(Imports|Backups|Tables)$)/,
        );
    }
    // The two state machines, the four functions that search for an import or a backup, the four that list backups, and
    // those of the two dialects, which list tables.
    expect(everywhere).toHaveLength(12);
  });

  it('include no managed policy, except for the access logs of API Gateway', () => {
    const managed = Object.values(template.findResources('AWS::IAM::Role')).flatMap(
      (resource) => resource.Properties.ManagedPolicyArns ?? [],
    );
    expect(managed.map((arn) => render(arn).split('/').at(-1))).toEqual([
      'AmazonAPIGatewayPushToCloudWatchLogs',
    ]);
  });

  it('let only the functions of restores, the Kinetica dialect and the reconciler write the records of restores', () => {
    const writers = Object.keys(expectedRights).filter((handler) =>
      rightsOf(handler).some((right) => /PutItem on catalog( if in .*RESTORE|$)/.test(right)),
    );
    expect(writers.filter((handler) => !handler.startsWith('restore-'))).toEqual([
      'api-restore',
      'kinetica-api',
      'reconcile',
    ]);
  });

  it('let only the sweep delete objects', () => {
    const deleting = Object.keys(expectedRights).filter((handler) =>
      rightsOf(handler).join(' ').includes('s3:Delete'),
    );
    expect(deleting).toEqual(['sweep']);
    const actions = allowed.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.startsWith('s3:Delete'))).toEqual(['s3:DeleteObject']);
  });

  it('let only the function for DynamoDB’s own restores write items of a table without the tag', () => {
    const untagged = on('user tables', ...writing, 'dynamodb:PartiQLInsert', 'dynamodb:DeleteTable');
    const writers = Object.keys(expectedRights).filter((handler) =>
      rightsOf(handler).some((right) => untagged.includes(right)),
    );
    expect(writers).toEqual(['native-restore']);
  });

  it('let no function that may tag a table also write or delete one', () => {
    const may = (right: string) =>
      Object.keys(expectedRights).filter((handler) => rightsOf(handler).some((line) => line.includes(right)));
    const tagging = [
      ...may('dynamodb:TagResource on user tables if tagging'),
      ...may('dynamodb:TagResource on user tables if made with the tag'),
    ];
    expect(tagging).toEqual(['restore-import', 'restore-tag', 'restore-create-table']);
    for (const right of ['on user tables if tagged', 'dynamodb:DeleteTable on user tables']) {
      expect(may(right).filter((handler) => tagging.includes(handler))).toEqual([]);
    }
  });

  it('let only functions that request restores call the function for DynamoDB’s own restores', () => {
    const callers = Object.keys(expectedRights).filter((handler) =>
      rightsOf(handler).includes('lambda:InvokeFunction on native restore function'),
    );
    expect(callers).toEqual(['api-restore', 'kinetica-api']);
  });

  it('let a function of the API do nothing that only another verb allows', () => {
    const may = (right: RegExp) =>
      Object.keys(expectedRights).filter(
        (handler) => handler.startsWith('api-') && rightsOf(handler).some((line) => right.test(line)),
      );
    expect(may(/(Put|Update|Delete)Item on catalog/)).toEqual(['api-backup', 'api-delete', 'api-restore']);
    expect(may(/DeleteItem on catalog if in .*TABLE/)).toEqual(['api-delete']);
    expect(may(/dynamodb:DeleteBackup/)).toEqual(['api-delete']);
    expect(may(/s3:GetObject/)).toEqual(['api-read']);
    expect(may(/StartExecution on backup/)).toEqual(['api-backup']);
    expect(may(/StartExecution on restore/)).toEqual(['api-restore']);
    expect(may(/UpdateContinuousBackups/)).toEqual(['api-recovery']);
    expect(may(/s3:(Put|Delete)|dynamodb:(Scan|BatchWriteItem|DeleteTable|TagResource)/)).toEqual([]);
  });
});
