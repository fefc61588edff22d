import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/definitions.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // One file at a time on the two cores of a CI machine leaves the embedded database a core of its own.
    maxWorkers: 2,
    // The files of a worker share its modules: loading the AWS SDK and the CDK anew for each file takes longer than most
    // of their tests. So no test may leave a mock or an environment variable behind.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
