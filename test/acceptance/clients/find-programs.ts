import { spawnSync } from 'node:child_process';

/** The Python of TIDEMARK_TEST_PYTHON, or else the one on the path. */
const python = process.env['TIDEMARK_TEST_PYTHON'] || 'python3';

/** Finds a Python with boto3. */
export function findPython(): string | undefined {
  return canRun('boto3', [python, '-c', 'import boto3']) ? python : undefined;
}

/** Finds a Python with the AWS CLI. */
export function findCli(): string | undefined {
  return canRun('the AWS CLI', [python, '-c', 'import awscli']) ? python : undefined;
}

/** True if there is a curl, which can sign requests since 7.75. */
export function hasCurl(): boolean {
  return canRun('curl', ['curl', '--version']);
}

/** True if the program runs. If not, prints a message: nothing else shows that its tests do not run. */
function canRun(what: string, [program = '', ...words]: readonly string[]): boolean {
  const runs = spawnSync(program, words, { stdio: 'ignore' }).status === 0;
  if (!runs) console.log(`no tests with ${what}: ${program} does not run it`);
  return runs;
}
