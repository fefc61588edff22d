import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize } from '../support/synthesis.ts';

/** CloudFormation's limit of a template's body, in bytes, and of its resources. */
const maxTemplate = 1_000_000;
const maxResources = 500;
/** IAM's limits of a managed policy, and of all inline policies of a role, in characters without white space. */
const maxManagedPolicy = 6144;
const maxInlinePolicies = 10_240;

/** Twenty schedules over the patterns or tags of a large account. */
const schedules = Array.from({ length: 20 }, (_, i) => ({
  name: `schedule-${i}`,
  tables: i % 2 === 0 ? [`fleet-${i}-*`] : ['*'],
  ...(i % 2 !== 0 && { tags: { backup: `level-${i}` } }),
  expression: 'cron(0 3 * * ? *)',
  keepDays: 35,
}));

/** Measures the policies of a template, and counts each intrinsic as the longest text that it can become. */
function measurePolicies(template: Template, type: string): { role: string; length: number }[] {
  return Object.values(template.findResources(type)).map(({ Properties }) => ({
    role: JSON.stringify(Properties.Roles),
    length: JSON.stringify(expand(Properties.PolicyDocument)).length,
  }));
}

/** The ARN of one of the stack's own resources, whose names are generated, is not longer. */
const longestArn = 'a'.repeat(140);
const longestPart = 'ap-southeast-1';

function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== 'object' || value === null) return value;
  const [[form, content] = ['', undefined]] = Object.entries(value);
  if (form === 'Fn::Join') return (content as [string, unknown[]])[1].map(expand).join('');
  if (form === 'Ref' && String(content).startsWith('AWS::')) return longestPart;
  if (form === 'Ref' || form.startsWith('Fn::')) return longestArn;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member)]));
}

function expectWithinLimits(template: Template, share = 1): void {
  const body = template.toJSON();
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(share * maxTemplate);
  expect(Object.keys(body['Resources'] as object).length).toBeLessThan(maxResources);
  for (const { length } of measurePolicies(template, 'AWS::IAM::ManagedPolicy')) {
    expect(length).toBeLessThan(maxManagedPolicy);
  }
  const roles = new Map<string, number>();
  for (const { role, length } of measurePolicies(template, 'AWS::IAM::Policy')) {
    roles.set(role, (roles.get(role) ?? 0) + length);
  }
  for (const length of roles.values()) expect(length).toBeLessThan(maxInlinePolicies);
}

describe('a deployment', () => {
  it('takes less than half of each limit for tables by patterns and tags with 20 schedules, for any number of tables', () => {
    expectWithinLimits(synthesize({ tables: ['fleet-*', '*'], schedules }), 0.5);
  });

  it('stays within each limit for as many named tables as the configuration accepts', () => {
    const tables = Array.from({ length: 59 }, (_, i) => `orders-of-team-${String(i).padStart(2, '0')}`);
    expectWithinLimits(
      synthesize({ tables, schedules: [{ name: 'daily', tables, expression: 'rate(1 day)' }] }),
    );
  });

  it('is refused at synthesis for 500 named tables, by an error that says what to do', () => {
    const tables = Array.from({ length: 500 }, (_, i) => `orders-${i}`);
    expect(() => synthesize({ tables })).toThrow(/tables has 500 entries.*use patterns/);
  });
});
