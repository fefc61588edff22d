import { resolve } from 'node:path';
import { createVitest, type Reporter, type TestModule, type TestSpecification } from 'vitest/node';

/** A request to load the changed file again, and to run the tests until the first one fails. */
export interface RunRequest {
  readonly changed: string;
  /** Test files; `all` means every file that needs no HTTP. */
  readonly tests: readonly string[] | 'all';
}

export interface RunAnswer {
  /** The first test that failed, with its file and the reason. */
  readonly failed?: string;
}

/** Keeps the order of the request, in which the cheapest tests come first. */
class OrderOfRequest {
  async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    return specs;
  }

  async shard(specs: TestSpecification[]): Promise<TestSpecification[]> {
    return specs;
  }
}

/** The file that the previous request changed, which has been restored since. */
let lastChanged: string | undefined;

/** The failures in the running request. */
const failures: string[] = [];

const reporter: Reporter = {
  onTestCaseResult(test) {
    const { state, errors } = test.result();
    if (state === 'failed') note(test.module, test.fullName, errors?.[0]?.message);
  },
  onTestModuleEnd(module) {
    for (const { message } of module.errors()) note(module, 'its setup', message);
  },
};

/**
 * This process runs tests as its parent requests them. It stays alive between the requests, because starting Vitest and
 * transforming the sources takes longer than most tests. Each request has workers of its own, so no module survives it.
 */
const vitest = await createVitest('test', {
  watch: false,
  bail: 1,
  maxWorkers: 1,
  reporters: [reporter],
  silent: true,
  sequence: { sequencer: OrderOfRequest },
});
const known = await vitest.globTestSpecifications();
const withoutHttp = known.filter(({ project }) => project.name !== 'wire');

process.on('message', (request: RunRequest | 'close') => {
  const answer = request === 'close' ? vitest.close() : run(request);
  void answer.then((it) => process.send?.(it ?? {}));
});
// The parent has ended. This process leads the group of its workers, which may be in an endless loop.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.send?.({});

async function run({ changed, tests }: RunRequest): Promise<RunAnswer> {
  failures.length = 0;
  for (const file of new Set([changed, lastChanged ?? changed])) vitest.invalidateFile(resolve(file));
  lastChanged = changed;
  const specs =
    tests === 'all' ? withoutHttp : tests.flatMap((test) => vitest.getModuleSpecifications(resolve(test)));
  const { unhandledErrors } = await vitest.runTestSpecifications(specs);
  const [failed] = [...failures, ...unhandledErrors.map(readMessage)];
  return { ...(failed !== undefined && { failed }) };
}

/** Vitest passes errors of workers on as objects without a prototype, which have no text of their own. */
function readMessage(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return hasMessage ? String(error.message) : 'an unhandled error';
}

function note(module: TestModule, name: string, message = ''): void {
  failures.push([module.relativeModuleId, name, message.split('\n')[0]].join(' | '));
}
