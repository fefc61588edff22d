import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { RunAnswer, RunRequest } from './runner.ts';

/** A mutant may make tests run forever. */
const maxMs = 15 * 60_000;

/** Runs tests in a copy of the project, in a process that it starts again if a test never ends. */
export class TestRunner implements AsyncDisposable {
  readonly #folder: string;
  #child: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns the first failure, or undefined if all the tests pass. */
  async findFailure(request: RunRequest): Promise<string | undefined> {
    const child = (this.#child ??= await this.#start());
    child.send(request);
    const answer = await receive(child);
    if (answer !== undefined) return answer.failed;
    this.#kill();
    return 'the tests do not end';
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(join(this.#folder, 'test/mutants/runner.ts'), {
      cwd: this.#folder,
      detached: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // Each worker loads the AWS SDK again, so Node caches the compiled code.
      env: { ...process.env, NODE_COMPILE_CACHE: join(this.#folder, '.compiled') },
    });
    if ((await receive(child)) === undefined) throw new Error('Vitest does not start');
    return child;
  }

  /** Kills the process and its workers, which may be in an endless loop. */
  #kill(): void {
    process.kill(-Number(this.#child?.pid), 'SIGKILL');
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child?.connected !== true) return;
    this.#child.send('close');
    await receive(this.#child);
    this.#child.disconnect();
  }
}

/** Waits for the next answer of the process; undefined if none comes in time. Throws if the process ends. */
async function receive(child: ChildProcess): Promise<RunAnswer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<RunAnswer | undefined>();
  const timer = setTimeout(() => resolve(undefined), maxMs);
  const end = (): void => reject(new Error('the process that runs the tests has ended'));
  child.once('message', resolve).once('close', end);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.off('message', resolve).off('close', end);
  }
}
