import { defineConfig } from 'vitest/config';
import { openRunFolder } from './test/support/run-folder.ts';

/** The folders of the profiles (docs/testing.md); a test in no other folder is a unit test. */
const database = ['test/scenarios/**/*.test.ts', 'test/*/**/database/**/*.test.ts'];
const wire = [
  'test/acceptance/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/local/**/*.test.ts',
  'test/*/**/wire/**/*.test.ts',
];
/** These need a deployed stack, which the environment names, and run alone (`.ci/deployed.sh`). */
const deployed = ['test/deployed/**/*.test.ts'];
const hasDeployment = Boolean(process.env['TIDEMARK_TEST_DEPLOYMENT']);
/** These run against both. */
const clients = ['test/acceptance/clients.test.ts'];

/** The profiles run one after another, so that a worker loads modules once for all files of a profile. */
const profile = (name: string, groupOrder: number, include: string[], exclude: string[]) => ({
  extends: true as const,
  test: { name, include, exclude, sequence: { groupOrder }, provide: { profile: name } },
});

export default defineConfig({
  test: {
    projects: hasDeployment
      ? [profile('deployed', 1, [...deployed, ...clients], [])]
      : [
          profile('unit', 1, ['test/**/*.test.ts'], [...database, ...wire, ...deployed]),
          profile('database', 2, database, wire),
          profile('wire', 3, wire, []),
        ],
    globalSetup: ['test/support/run.ts'],
    env: { TMPDIR: openRunFolder() },
    testTimeout: hasDeployment ? 300_000 : 120_000,
    hookTimeout: 60_000,
    // Tests of a deployment mostly wait for it.
    maxWorkers: hasDeployment ? 3 : 2,
    // The files of a worker share its modules: loading the AWS SDK and the CDK again for each file takes longer than most
    // of their tests. So every test must undo its mocks and environment variables.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    coverage: {
      provider: 'v8',
      include: ['{lambda,lib,local,cli,api}/**/*.ts'],
      exclude: ['test/**'],
      reporter: ['json-summary'],
    },
  },
});
