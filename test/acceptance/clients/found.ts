import { spawnSync } from 'node:child_process';

/** A program and the arguments that come before all others. */
export type Command = readonly [string, ...string[]];

/** A Python with boto3: that of TIDEMARK_TEST_PYTHON, or else the one on the path. */
export function foundPython(): string | undefined {
  const python = process.env['TIDEMARK_TEST_PYTHON'] || 'python3';
  return found('boto3', [python, '-c', 'import boto3']) ? python : undefined;
}

/** The AWS CLI: that of TIDEMARK_TEST_PYTHON, or else the one on the path. */
export function foundCli(): Command | undefined {
  const python = process.env['TIDEMARK_TEST_PYTHON'];
  const aws: Command = python ? [python, '-m', 'awscli'] : ['aws'];
  return found('the AWS CLI', [...aws, '--version']) ? aws : undefined;
}

/** Whether curl is there, which signs since 7.75. */
export function foundCurl(): boolean {
  return found('curl', ['curl', '--version']);
}

/** Whether it runs. If not, it is said, since nothing else tells that its tests are not there. */
function found(what: string, [program, ...words]: Command): boolean {
  const runs = spawnSync(program, words, { stdio: 'ignore' }).status === 0;
  if (!runs) console.log(`no tests with ${what}: ${program} does not run it`);
  return runs;
}
