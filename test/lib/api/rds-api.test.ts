import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize } from '../../support/synthesis.ts';
import { on } from '../rights/expected-rights.ts';
import { rightsOf } from '../rights/policies.ts';

const template = synthesize({
  tables: ['orders-*', 'arn:aws:dynamodb:eu-west-1:123456789012:table/users'],
  prefix: 'backups',
  dialects: ['rds'],
});

/** Expects the template to have a resource of this type with these properties. */
function expectResource(type: string, properties: object): void {
  template.hasResourceProperties(type, properties);
}

describe('the endpoint of the RDS dialect', () => {
  it('exists only if it is configured', () => {
    const without = synthesize({ tables: ['orders-*'] });
    expect(without.findResources('AWS::ApiGatewayV2::Api')).toEqual({});
    expect(without.findResources('AWS::SecretsManager::Secret')).toEqual({});
  });

  it('has a throttled $default stage, whose path is the root that clients sign, and whose log has no query', () => {
    expectResource('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      AccessLogSettings: {
        Format: Match.not(Match.stringLikeRegexp('path|query|routeKey|authorizer')),
      },
    });
    expectResource('AWS::ApiGatewayV2::Route', {
      RouteKey: '$default',
      AuthorizationType: 'NONE',
    });
  });

  it('has keys that only its function may read, and that outlive the stack', () => {
    template.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Retain' });
    expectResource('AWS::SecretsManager::ResourcePolicy', {
      ResourcePolicy: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: ['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue'],
            Condition: {
              ArnNotEquals: {
                'aws:PrincipalArn': { 'Fn::GetAtt': [Match.stringLikeRegexp('^RdsApiHandlerRole'), 'Arn'] },
              },
            },
          },
        ],
      },
    });
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies.match(/secretsmanager:/g)).toHaveLength(1);
  });

  it('has an alarm for its function', () => {
    expectResource('AWS::CloudWatch::Alarm', {
      MetricName: '5xx',
      AlarmDescription: Match.stringLikeRegexp('runbook.md#rdsfailed'),
    });
  });
});

describe('the function of the RDS dialect', () => {
  it('has exactly the rights that its work needs', () => {
    const records = 'catalog if in TABLE, SETS, NATIVE, COUNTER, REQUEST, NONCE';
    const writes = ['ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'];
    expect(rightsOf('rds-api', template)).toEqual(
      [
        ...on('catalog', 'dynamodb:GetItem', 'dynamodb:Query'),
        ...writes.map((action) => `dynamodb:${action} on ${records}`),
        ...on(
          'user tables',
          'dynamodb:DescribeTable',
          'dynamodb:DescribeTimeToLive',
          'dynamodb:DescribeContinuousBackups',
          'dynamodb:CreateBackup',
          'dynamodb:ListTagsOfResource',
        ),
        ...on('native backups', 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'),
        'dynamodb:ListTables on *',
        'states:StartExecution on backup machine',
        'secretsmanager:GetSecretValue on keys of RDS',
      ].sort(),
    );
  });
});
