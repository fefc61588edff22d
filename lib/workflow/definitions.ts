import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { defaultTidemarkConfig } from '../config/tidemark-config.ts';
import { TidemarkStack } from '../tidemark-stack.ts';

/** The two machines in Amazon States Language, as parsed JSON. */
export interface Definitions {
  readonly backup: object;
  readonly restore: object;
}

/**
 * The definitions that the stack deploys, for an interpreter: the stack is composed with the default configuration,
 * without bundling and leaving no file behind. What only a deployment knows is replaced: the partition by `aws`, a
 * function's ARN by one that ends with its logical id.
 */
export function synthesizedDefinitions(): Definitions {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-definitions-'));
  try {
    const app = new App({ outdir, context: { ...projectContext(), 'aws:cdk:bundling-stacks': [] } });
    const stack = new TidemarkStack(app, 'Tidemark', { config: defaultTidemarkConfig });
    return { backup: definition(stack.backup.machine), restore: definition(stack.restore.machine) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The CDK command line reads the feature flags; here it is not there to do so. */
function projectContext(): Record<string, unknown> {
  const path = join(import.meta.dirname, '..', '..', 'cdk.json');
  const cdk: { context: Record<string, unknown> } = JSON.parse(readFileSync(path, 'utf8'));
  return cdk.context;
}

function definition(machine: StateMachine): object {
  const resource = machine.node.defaultChild;
  if (!(resource instanceof CfnStateMachine)) throw new TypeError('A state machine is made of one resource');
  const parsed: object = JSON.parse(literal(Stack.of(machine).resolve(resource.definitionString)));
  return parsed;
}

/** The forms in which a template says what a deployment puts in. */
type Unresolved =
  | string
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [string, string] }
  | { readonly 'Fn::Join': readonly [string, readonly Unresolved[]] };

function literal(value: Unresolved): string {
  if (typeof value === 'string') return value;
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(literal).join(value['Fn::Join'][0]);
  if ('Fn::GetAtt' in value)
    return `arn:aws:lambda:us-east-1:000000000000:function:${value['Fn::GetAtt'][0]}`;
  return value.Ref === 'AWS::Partition' ? 'aws' : value.Ref;
}
