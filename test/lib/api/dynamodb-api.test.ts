import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../lambda/dialects/dynamodb/paths.ts';
import { render, synthesize } from '../../support/synthesis.ts';
import { listOf, policies } from '../rights/policies.ts';

describe('grantInvoke of the API', () => {
  it.each<[Place | undefined, string[]]>([
    [undefined, ['/']],
    [{ verb: 'backup', table: 'orders-*' }, ['/backup/orders-*', '/backup/orders-*/']],
    [
      { verb: 'restore', table: 'orders-*', target: 'test-*' },
      ['/restore/orders-*/test-*', '/restore/orders-*/test-*/'],
    ],
  ])('lets the grantee call the operations of %j and no others', (place, expected) => {
    const made = synthesize({ tables: ['orders-*'] }, (stack) => {
      const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      stack.api.grantInvoke(role, place);
    });
    const statements = policies(made)
      .filter(({ role }) => role.startsWith('Caller'))
      .flatMap((policy) => policy.statements);
    expect(statements).toMatchObject([{ Effect: 'Allow', Action: 'execute-api:Invoke' }]);
    const resources = statements.flatMap(({ Resource }) => listOf(Resource).map(render));
    expect(resources.map((arn) => arn.replace(/^arn:.*:execute-api:.*>\/<\w+Stage\w+>\/POST/, ''))).toEqual(
      expected,
    );
  });
});
