import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize } from '../../support/synthesis.ts';

const tables = ['orders-*'];

const dialects = [
  { dialect: 'rds', id: 'RdsApi', alarm: 'rdsfailed', output: 'Rds' },
  { dialect: 'kinetica', id: 'KineticaApi', alarm: 'kineticafailed', output: 'Kinetica' },
];

describe('the endpoints of dialects that have keys', () => {
  it('are off unless they are configured', () => {
    const without = synthesize({ tables });
    expect(without.findResources('AWS::ApiGatewayV2::Api')).toEqual({});
    expect(without.findResources('AWS::SecretsManager::Secret')).toEqual({});
  });

  it('have a secret each, which only their own function may read', () => {
    const both = synthesize({ tables, dialects: ['rds', 'kinetica'] });
    expect(Object.keys(both.findResources('AWS::SecretsManager::Secret'))).toHaveLength(2);
    const readers = Object.values(both.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => {
      const secrets = JSON.stringify(Properties.PolicyDocument).match(/"(Rds|Kinetica)ApiEndpointKeys\w+"/g);
      return (secrets ?? []).map((secret) => `${Properties.Roles[0].Ref} ${secret}`);
    });
    expect(readers.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      expect.stringMatching(/^KineticaApiHandlerRole\w* "Kinetica/),
      expect.stringMatching(/^RdsApiHandlerRole\w* "Rds/),
    ]);
  });
});

describe.each(dialects)('the endpoint of the dialect $dialect', ({ dialect, id, alarm, output }) => {
  const template = synthesize({ tables, dialects: [dialect] });
  /** Expects the template to have a resource of this type with these properties. */
  const expectResource = (type: string, properties: object) =>
    template.hasResourceProperties(type, properties);

  it('has its function among those whose requests the audit query finds', () => {
    const [query] = Object.values(template.findResources('AWS::Logs::QueryDefinition'));
    expect(JSON.stringify(query?.['Properties'].LogGroupNames)).toContain(`${id}Handler`);
  });

  it('has a $default stage, which is throttled and logs no query and no path', () => {
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
                'aws:PrincipalArn': { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${id}HandlerRole`), 'Arn'] },
              },
            },
          },
        ],
      },
    });
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies.match(/secretsmanager:/g)).toHaveLength(1);
  });

  it('has a function that ends before API Gateway gives up', () => {
    expectResource('AWS::Lambda::Function', {
      Description: `Tidemark: ${dialect}-api`,
      Timeout: 29,
    });
  });

  it('has an alarm and outputs of its own', () => {
    expectResource('AWS::CloudWatch::Alarm', {
      MetricName: '5xx',
      AlarmDescription: Match.stringLikeRegexp(`runbook.md#${alarm}`),
    });
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining([`${output}Url`, `${output}KeysArn`]),
    );
  });
});
