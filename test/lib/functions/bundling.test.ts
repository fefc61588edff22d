import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, findStartFiles, handlersFolder } from '../../../lib/functions/bundling.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-bundling-'));
  requestsBundle = bundle(requests, join(folder, 'requests'));
});
afterAll(() => rm(folder, { recursive: true }));

const requests = join(handlersFolder, 'api-read.ts');
let requestsBundle: ReturnType<typeof bundle>;

/** Runs the lines in a new process and returns what they print. */
async function runLines(...lines: string[]): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', lines.join('\n')]);
  return stdout.trim();
}

describe('the bundle of a handler', () => {
  it('loads without node_modules, exports a handler, and contains nothing that only the stack needs', async () => {
    const names = (await readdir(handlersFolder))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => basename(file, '.ts'));
    const metafiles = names.map((name) => bundle(join(handlersFolder, `${name}.ts`), join(folder, name)));
    const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
    expect(inputs.filter((input) => /^(lib|node_modules\/(ajv|aws-cdk-lib))\//.test(input))).toEqual([]);
    const types = await runLines(
      `const modules = ${JSON.stringify(names)}.map((name) => import(\`${folder}/\${name}/index.mjs\`));`,
      'for (const { handler } of await Promise.all(modules)) console.log(typeof handler);',
    );
    expect(types.split('\n')).toEqual(names.map(() => 'function'));
  });

  it('has the same bytes when nothing has changed, so that it is not deployed again', async () => {
    bundle(requests, join(folder, 'again'));
    const files = await readdir(join(folder, 'requests'));
    expect(await readdir(join(folder, 'again'))).toEqual(files);
    for (const file of files) {
      const [once, again] = ['requests', 'again'].map((name) => readFile(join(folder, name, file)));
      expect((await once)?.equals((await again) ?? Buffer.alloc(0))).toBe(true);
    }
  });
});

describe('the bundle of the API', () => {
  it.each(['client-s3', 'lib-storage', 'client-lambda', 'nested-clients'])(
    'contains @aws-sdk/%s, but not in a file that is read at the start',
    (name) => {
      const filesWith = Object.entries(requestsBundle.outputs)
        .filter(([, { inputs }]) => Object.keys(inputs).some((input) => input.includes(`@aws-sdk/${name}/`)))
        .map(([file]) => file);
      expect(filesWith).not.toEqual([]);
      expect(findStartFiles(requestsBundle).filter((file) => filesWith.includes(file))).toEqual([]);
    },
  );

  it('does not make Node load undici, its HTTP client for fetch', async () => {
    const loaded = await runLines(
      `await import('${folder}/requests/index.mjs');`,
      "console.log(process.moduleLoadList.some((name) => name.includes('undici')));",
    );
    expect(loaded).toBe('false');
  });
});
