import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { arn, compared } from '../dialects/dynamodb/fakes.ts';
import { findClosedUrl, serveOperations, run, serve, start, textOf } from '../support/cli/command-line.ts';

const commands = ['item', 'compare', 'verify', 'sweep'];

describe('tidemark --help and --version', () => {
  it('--help lists the commands', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each(commands)('--help of %s prints its options and exit codes', async (name) => {
    const { code, stdout, stderr } = await run([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: tidemark ${name} `));
    for (const option of ['--json', '--endpoint-url', '--region', '--help', 'Exit code: 0'])
      expect(stdout).toContain(option);
  });

  it('--version prints the version of the package', async () => {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('a wrong command line', () => {
  it.each([
    [[], 'a command is missing', 'tidemark <command>'],
    [['restore'], 'there is no command restore', 'tidemark <command>'],
    [['toString'], 'there is no command toString', 'tidemark <command>'],
    [['verify'], 'expected <backup>', 'tidemark verify'],
    [['compare', arn], 'expected <backup> <other>', 'tidemark compare'],
    [['verify', arn, arn], 'expected <backup>', 'tidemark verify'],
    [['verify', arn, '--fast'], "Unknown option '--fast'", 'tidemark verify'],
    [['verify', arn, '--share'], "Option '--share <value>' argument missing", 'tidemark verify'],
    [['verify', arn, '--endpoint-url', 'here'], 'the endpoint must be a URL', 'tidemark verify'],
    [['verify', arn, '--endpoint-url', 'ftp://here'], 'the endpoint must be a URL', 'tidemark verify'],
  ])('exits with 2 and the usage, and prints no result: %j', async (args, message, usage) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`tidemark: ${message}`);
    expect(stderr).toContain(`\n\nUsage: ${usage}`);
  });
});

describe('a command sends each call to the narrowest path below its endpoint', () => {
  it.each([
    [['verify', arn], ['/prod/read/Music']],
    [['compare', arn, arn.replace('/Music/', '/Lyrics/')], ['/prod/']],
    [['restores', 'Music'], ['/prod/read/Music']],
    [['restores'], ['/prod/']],
  ])('%j: %j', async (args, paths) => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url);
      request.resume();
      response.writeHead(400).end('{"__type":"#ValidationException"}');
    });
    await run(args, { TIDEMARK_ENDPOINT_URL: `${url}/prod/` });
    expect(seen).toEqual(paths);
  });
});

describe('a failed command', () => {
  it('exits with 2 and prints the next step when no Tidemark listens at the endpoint', async () => {
    const url = await findClosedUrl();
    expect(await run(['verify', arn, '--endpoint-url', url, '--json'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `tidemark: no Tidemark answers at ${url}: start one with \`npm start\`, or set --endpoint-url\n`,
    });
  });

  it.each([
    ['BackupNotFound', 'BackupNotFoundException', 'list the backups'],
    ['BackupInUse', 'BackupInUseException', 'wait until the backup is AVAILABLE'],
    ['Validation', 'ValidationException', 'check the command line'],
    ['AccessDenied', 'AccessDeniedException', 'check that your credentials'],
  ] as const)('when the endpoint answers %s', async (code, name, next) => {
    const { run } = await serveOperations({
      verifyBackup: () => Promise.reject(new TidemarkError(code, 'its own\u001b words')),
    });
    const { stderr, ...ended } = await run('verify', arn);
    expect(ended).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^tidemark: ${name}: its own\\\\u001b words\n  next: ${next}`));
  });

  it.each([
    [400, '{"__type":"com.amazon.coral.service#UnknownOperationException"}', /UnknownOperationException\n/],
    [403, '{"message":"Forbidden"}', /^tidemark: HTTP 403: Forbidden\n {2}next: check that your credentials/],
    [404, '<html>', /^tidemark: HTTP 404\n {2}next: check that --endpoint-url names a Tidemark/],
    [200, '<html>', /^tidemark: HTTP 200\n {2}next: check that --endpoint-url names a Tidemark/],
  ])(
    'exits with 2 and prints the next step when a server that is not Tidemark answers %i %s',
    async (status, body, expected) => {
      const url = await serve((_, response) => response.writeHead(status).end(body));
      const { code, stdout, stderr } = await run(['verify', arn, '--endpoint-url', url]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(expected);
    },
  );

  it('exits with 2 and prints the next step when the endpoint needs credentials and there are none', async () => {
    const url = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod/';
    const { code, stderr } = await run(['verify', arn, '--endpoint-url', url]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^tidemark: no AWS credentials: .*\n {2}next: sign in, or set AWS_PROFILE/);
  });

  it('exits with 2 and prints the next step when the region of the endpoint is unknown', async () => {
    const { code, stderr } = await run(['verify', arn, '--endpoint-url', 'https://backups.example.com']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'tidemark: the region of https://backups.example.com is unknown\n  next: set --region or AWS_REGION\n',
    });
  });
});

describe('a call', () => {
  const sound =
    '{"Frames":1,"Items":1,"Problems":[],"ProblemCount":0,"Progress":1,"ReadBytes":1,"ReadRequests":1}';

  it.each([
    [500, '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}'],
    [429, '{"message":"Too Many Requests"}'],
    [400, '{"__type":"com.amazon.coral.availability#ThrottlingException"}'],
    [0, ''],
  ])('is retried after the answer %i %s', async (status, body) => {
    let calls = 0;
    const url = await serve((request, response) => {
      calls += 1;
      if (calls > 1) response.end(sound);
      else if (status === 0) request.socket.destroy();
      else response.writeHead(status).end(body);
    });
    const { code, stdout } = await run(['verify', arn, '--endpoint-url', url]);
    expect({ code, calls }).toEqual({ code: 0, calls: 2 });
    expect(stdout).toMatch(/^sound: 1 frame with 1 item, 1 B in 1 request\n$/);
  });

  it('is not retried after an error that the caller must correct', async () => {
    const { run, operations } = await serveOperations({
      verifyBackup: () => Promise.reject(new TidemarkError('Validation', 'no')),
    });
    expect((await run('verify', arn)).code).toBe(2);
    expect(operations.verifyBackup).toHaveBeenCalledTimes(1);
  });
});

describe('without a terminal', () => {
  it.each([{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }])(
    'a command without a terminal prints no colour and no progress in the environment %j',
    async (env) => {
      const { url } = await serveOperations({
        compareBackups: async ({ next }) => ({ ...compared, ...(next === undefined && { next: 'more' }) }),
      });
      const { stdout, stderr } = await run(['compare', arn, arn, '--keys'], {
        TIDEMARK_ENDPOINT_URL: url,
        ...env,
      });
      expect(stderr).toBe('');
      expect(stdout).toContain('4 differences');
      expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
    },
  );
});

describe('a command that is interrupted', () => {
  it('exits with 130 at Ctrl-C', async () => {
    const requested = Promise.withResolvers<void>();
    const url = await serve(() => requested.resolve());
    const child = start(['verify', arn, '--endpoint-url', url]);
    const closed = once(child, 'close');
    await requested.promise;
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
  });

  it('exits with 141 and no message when the reader closes its output', async () => {
    const requested = Promise.withResolvers<void>();
    const closedOutput = Promise.withResolvers<void>();
    const { url } = await serveOperations({
      compareBackups: async () => {
        requested.resolve();
        await closedOutput.promise;
        return { ...compared, next: 'more' };
      },
    });
    const child = start(['compare', arn, arn, '--keys'], { TIDEMARK_ENDPOINT_URL: url });
    const closed = once(child, 'close');
    const stderr = textOf(child.stderr);
    await requested.promise;
    child.stdout?.destroy();
    closedOutput.resolve();
    expect(await closed).toEqual([141, null]);
    expect(await stderr).toBe('');
  });
});
