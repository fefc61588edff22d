import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { readConfig } from '../../lib/config/read-config.ts';
import { TidemarkStack } from '../../lib/tidemark-stack.ts';

/** One report of the CDK's validation, as far as the test reads it. */
interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

const configuration = {
  tables: ['orders-*'],
  dialects: ['rds', 'kinetica'],
  missingStream: 'enable',
  missingRecovery: 'enable',
  schedules: [
    { name: 'hourly', tables: ['orders-*'], tags: { backup: 'hourly' }, expression: 'rate(1 hour)' },
    { name: 'native', tables: ['orders-eu'], expression: 'rate(1 day)', source: 'native' },
  ],
  teams: [{ name: 'Orders', tables: ['orders-*'], verbs: ['read', 'backup'] }],
};

/** Runs the rules AwsSolutions on the stack. Returns `<rule> <path of the construct>` for each violation that no construct accepts. */
function findViolations(): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
  const { exitCode } = process;
  try {
    const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [], tidemark: configuration } });
    const stack = new TidemarkStack(app, 'Tidemark', { config: readConfig(app.node) });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(stack));
    // Throws if there are violations, after it has written the report.
    expect(() => app.synth()).toThrow(/[Vv]alidation/);
    const { pluginReports }: Report = JSON.parse(
      readFileSync(join(outdir, 'validation-report.json'), 'utf8'),
    );
    return pluginReports.flatMap(({ violations }) =>
      violations.flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      ),
    );
  } finally {
    process.exitCode = exitCode;
    rmSync(outdir, { recursive: true });
  }
}

it('the stack keeps the rules AwsSolutions of cdk-nag, except where a construct says why not', () => {
  const violations = findViolations();
  // Rights to tables and objects are by patterns. test/lib/rights/ lists every right with its resources.
  const wildcards = violations.filter((each) => each.startsWith('AwsSolutions-IAM5[Resource::'));
  // If there were none, the rules would not have run.
  expect(wildcards.length).toBeGreaterThan(50);
  expect(violations.filter((each) => !wildcards.includes(each))).toEqual([]);
});
