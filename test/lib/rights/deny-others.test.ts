import { describe, expect, it } from 'vitest';
import { render, synthesize } from '../../support/synthesis.ts';
import { expectedRights } from './expected-rights.ts';
import { listOf, rightsOf, statementsOf } from './policies.ts';

/** Every table of the account, which includes the catalog. */
const everywhere = synthesize({
  tables: ['*'],
  missingStream: 'enable',
  missingRecovery: 'enable',
  dialects: ['rds', 'kinetica'],
});

const denials = (handler: string) =>
  statementsOf(handler, everywhere).filter(({ Effect }) => Effect === 'Deny');

describe('a function of a deployment whose tables are *', () => {
  it.each(Object.keys(expectedRights))(
    '%s is denied every action on the catalog that its own rights to the catalog lack',
    (handler) => {
      const own = rightsOf(handler)
        .filter((right) => / on catalog( |$)/.test(right))
        .map((right) => right.replace(/ .*/, ''));
      const denied = denials(handler).find(({ Resource }) =>
        listOf(Resource).some((resource) => render(resource).includes('CatalogTable')),
      );
      expect(listOf(denied?.Resource).map(render)).toEqual([
        expect.stringMatching(/^<CatalogTable\w+\.Arn>$/),
        expect.stringMatching(/^<CatalogTable\w+\.Arn>\/\*$/),
      ]);
      const isOwner = own.length > 0;
      expect(new Set(listOf(isOwner ? denied?.NotAction : denied?.Action))).toEqual(
        new Set(isOwner ? own : ['dynamodb:*']),
      );
      expect(denied).not.toHaveProperty('Condition');
    },
  );

  it('has a right to the catalog by the name of a user table, if the denial is removed', () => {
    const arn = 'arn:<aws.Partition>:dynamodb:<aws.Region>:<aws.AccountId>:table/*';
    const allowed = statementsOf('native-restore', everywhere).filter(
      ({ Effect, Resource }) => Effect === 'Allow' && listOf(Resource).map(render).includes(arn),
    );
    expect(allowed.flatMap(({ Action }) => Action)).toContain('dynamodb:PutItem');
  });

  it.each(Object.keys(expectedRights))(
    '%s may change Tidemark’s tags only if it is one of the taggers',
    (handler) => {
      const isTagger = rightsOf(handler).some((right) => /dynamodb:(Un)?[tT]agResource/.test(right));
      const denied = denials(handler).filter(({ Action }) => listOf(Action).includes('dynamodb:TagResource'));
      expect(denied).toEqual(
        isTagger
          ? []
          : [
              {
                Effect: 'Deny',
                Action: ['dynamodb:TagResource', 'dynamodb:UntagResource'],
                Resource: '*',
                Condition: { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['tidemark:*'] } },
              },
            ],
      );
    },
  );
});

describe('the resource policy of the catalog’s table', () => {
  const [catalog] = Object.values(everywhere.findResources('AWS::DynamoDB::Table'));

  it('denies its items to everybody but the functions that have a right to them', () => {
    const [statement] = catalog?.Properties.ResourcePolicy.PolicyDocument.Statement ?? [];
    const owners = Object.keys(expectedRights).filter((handler) =>
      rightsOf(handler).some((right) => / on catalog( |$)/.test(right)),
    );
    expect(statement).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' }, Resource: '*' });
    expect(statement.Condition.ArnNotEquals['aws:PrincipalArn']).toHaveLength(owners.length);
    const actions = [
      'GetItem',
      'Query',
      'Scan',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'BatchWriteItem',
      'PartiQLUpdate',
    ];
    expect(statement.Action).toEqual(expect.arrayContaining(actions.map((action) => `dynamodb:${action}`)));
    // The owner may back up the catalog, restore it and change this policy.
    expect(statement.Action.join(' ')).not.toMatch(/Backup|Restore|ResourcePolicy|DescribeTable/);
  });

  it('refers to roles in a way that does not make them depend on the table', () => {
    const resources = everywhere.toJSON()['Resources'] as Record<string, object>;
    const dependenciesOf = (id: string): string[] => {
      const text = JSON.stringify(resources[id]);
      const named = [...text.matchAll(/"(?:Ref|DependsOn)":"(\w+)"|"Fn::GetAtt":\["(\w+)"/g)];
      return named.map(([, ref, attribute]) => ref ?? attribute ?? '').filter((each) => each in resources);
    };
    const isBelow = (id: string, wanted: string, seen = new Set<string>()): boolean =>
      dependenciesOf(id).some((each) => {
        if (each === wanted) return true;
        if (seen.has(each)) return false;
        seen.add(each);
        return isBelow(each, wanted, seen);
      });
    const [table = ''] = Object.keys(everywhere.findResources('AWS::DynamoDB::Table'));
    expect(isBelow(table, table)).toBe(false);
  });
});
