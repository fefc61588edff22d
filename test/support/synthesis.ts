import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readConfig } from '../../lib/config/read-config.ts';
import { TidemarkStack } from '../../lib/tidemark-stack.ts';

const cdk: { context: Record<string, unknown> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'cdk.json'), 'utf8'),
);

/** Composes the stack as the CDK command line would, but without bundling functions. Returns the result of `read`. */
function readStack<T>(configuration: object | undefined, read: (stack: TidemarkStack) => T): T {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
  const app = new App({
    outdir,
    context: {
      ...cdk.context,
      'aws:cdk:bundling-stacks': [],
      ...(configuration !== undefined && { tidemark: configuration }),
    },
  });
  try {
    return read(new TidemarkStack(app, 'Tidemark', { config: readConfig(app.node) }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Synthesizes the template of the stack. `add` may add constructs to the stack first. */
export function synthesize(configuration: object, add: (stack: TidemarkStack) => void = () => {}): Template {
  return readStack(configuration, (stack) => {
    add(stack);
    return Template.fromStack(stack);
  });
}

/** Finds the warnings that the stack shows when it is synthesized. */
export function findWarnings(configuration?: object): string[] {
  return readStack(configuration, (stack) =>
    stack.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data)),
  );
}

/** Renders a value of a template as text: `<id>` for a reference, `<id.Arn>` for an attribute, `<aws.Region>` for a pseudo parameter. */
export function render(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[form, content] = ['', undefined]] = Object.entries(value);
  if (form === 'Ref') return `<${String(content).replace('AWS::', 'aws.')}>`;
  if (form === 'Fn::GetAtt') return `<${content.join('.')}>`;
  if (form === 'Fn::Join') return content[1].map(render).join(content[0]);
  if (form === 'Fn::Select') return `${render(content[1])}[${content[0]}]`;
  if (form === 'Fn::Split') return render(content[1]);
  throw new Error(`No rendering of ${form}`);
}
