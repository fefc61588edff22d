import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { defaultTidemarkConfig } from '../config/tidemark-config.ts';
import { TidemarkStack } from '../tidemark-stack.ts';

/** The definitions of both machines in Amazon States Language, as parsed JSON. */
export interface Definitions {
  readonly backup: object;
  readonly restore: object;
}

/**
 * Synthesizes the definitions that the stack deploys, for an interpreter. The stack has the default configuration; nothing is
 * bundled and no file remains. Values that only a deployment knows are replaced: the partition by `aws`, the ARN of a function
 * by an ARN that ends with its logical id.
 */
export function synthesizeDefinitions(): Definitions {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-definitions-'));
  try {
    const app = new App({ outdir, context: { ...readProjectContext(), 'aws:cdk:bundling-stacks': [] } });
    const stack = new TidemarkStack(app, 'Tidemark', { config: defaultTidemarkConfig });
    return { backup: readDefinition(stack.backup.machine), restore: readDefinition(stack.restore.machine) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Reads the feature flags, as the CDK command line does for a deployment. */
function readProjectContext(): Record<string, unknown> {
  const path = join(import.meta.dirname, '..', '..', 'cdk.json');
  const cdk: { context: Record<string, unknown> } = JSON.parse(readFileSync(path, 'utf8'));
  return cdk.context;
}

function readDefinition(machine: StateMachine): object {
  const resource = machine.node.defaultChild;
  if (!(resource instanceof CfnStateMachine)) throw new TypeError('A state machine is made of one resource');
  const parsed: object = JSON.parse(renderLiteral(Stack.of(machine).resolve(resource.definitionString)));
  return parsed;
}

/** A value of a template: text, or the place of a value that only a deployment knows. */
type Unresolved =
  | string
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [string, string] }
  | { readonly 'Fn::Join': readonly [string, readonly Unresolved[]] };

function renderLiteral(value: Unresolved): string {
  if (typeof value === 'string') return value;
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(renderLiteral).join(value['Fn::Join'][0]);
  if ('Fn::GetAtt' in value)
    return `arn:aws:lambda:us-east-1:000000000000:function:${value['Fn::GetAtt'][0]}`;
  return value.Ref === 'AWS::Partition' ? 'aws' : value.Ref;
}
