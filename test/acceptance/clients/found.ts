import { spawnSync } from 'node:child_process';

/** The Python of TIDEMARK_TEST_PYTHON, or else the one on the path. */
const python = process.env['TIDEMARK_TEST_PYTHON'] || 'python3';

/** A Python with boto3. */
export function foundPython(): string | undefined {
  return found('boto3', [python, '-c', 'import boto3']) ? python : undefined;
}

/** A Python with the AWS CLI. */
export function foundCli(): string | undefined {
  return found('the AWS CLI', [python, '-c', 'import awscli']) ? python : undefined;
}

/** Whether curl is there, which signs since 7.75. */
export function foundCurl(): boolean {
  return found('curl', ['curl', '--version']);
}

/** Whether it runs. If not, a line says so: nothing else shows that its tests are missing. */
function found(what: string, [program = '', ...words]: readonly string[]): boolean {
  const runs = spawnSync(program, words, { stdio: 'ignore' }).status === 0;
  if (!runs) console.log(`no tests with ${what}: ${program} does not run it`);
  return runs;
}
