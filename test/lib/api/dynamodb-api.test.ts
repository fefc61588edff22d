import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { render, synthesize } from '../../support/synthesis.ts';
import { listOf, policies } from '../rights/policies.ts';

describe('grantInvoke of the API', () => {
  it.each(['/', '/backup', '/read'] as const)(
    'lets the grantee call the operations of %s and no others',
    (path) => {
      const made = synthesize({ tables: ['orders-*'] }, (stack) => {
        const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
        stack.api.grantInvoke(role, path);
      });
      const statements = policies(made)
        .filter(({ role }) => role.startsWith('Caller'))
        .flatMap((policy) => policy.statements);
      expect(statements).toMatchObject([{ Effect: 'Allow', Action: 'execute-api:Invoke' }]);
      const resources = statements.flatMap(({ Resource }) => listOf(Resource).map(render));
      const slashed = path === '/' ? [] : [`${path}/`];
      expect(resources.map((arn) => arn.replace(/^arn:.*:execute-api:.*>\/<\w+Stage\w+>\/POST/, ''))).toEqual(
        [path, ...slashed],
      );
    },
  );
});
