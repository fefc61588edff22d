import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../lib/config/read-config.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const example = join(root, 'tidemark.config.example.json');
const folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (context: object) => readConfig(new App({ outdir: folder, context: { ...context } }).node);

/** Creates a file with this text. */
function file(text: string): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, text);
  return path;
}

describe('readConfig', () => {
  it('reads the context key tidemark', () => {
    expect(read({ tidemark: { tables: ['a-*'] } }).tables).toEqual(['a-*']);
  });

  it('reads the file that the context key config names', () => {
    expect(read({ config: file('{"tables": ["b-*"]}') }).tables).toEqual(['b-*']);
  });

  it('reads the example, whose $schema editors use', () => {
    expect(read({ config: example }).schedules[0]?.name).toBe('nightly');
    const { $schema }: { $schema: string } = JSON.parse(readFileSync(example, 'utf8'));
    expect(JSON.parse(readFileSync(join(dirname(example), $schema), 'utf8'))).toMatchObject({
      type: 'object',
    });
  });

  it('refuses a context with both keys', () => {
    expect(() => read({ config: file('{}'), tidemark: {} })).toThrow(
      /^the context has both keys, config and tidemark: remove one of them$/,
    );
  });

  it('refuses a context key config that is not a path', () => {
    expect(() => read({ config: 7 })).toThrow(/^context key config must be the path of a JSON file$/);
  });

  it('begins each line of an error with the file or the context key', () => {
    const config = file('{"base": "tape"}');
    expect(() => read({ config })).toThrow(new RegExp(`^${config}: base must be "export" or "scan"$`));
    expect(() => read({ tidemark: { base: 'tape' } })).toThrow(/^context key tidemark: base must be/);
  });

  it('names a file that is not JSON, and its first error, on one line', () => {
    const config = file('{"tables":\n  ["a",,]}');
    expect(() => read({ config })).toThrow(
      /config\.json cannot be read as JSON: Unexpected token.*\["a",,\].*$/,
    );
  });

  it('names a file that does not exist', () => {
    const config = join(folder, 'none.json');
    expect(() => read({ config })).toThrow(/none\.json cannot be read as JSON: ENOENT: no such file/);
  });
});

describe('the CDK app', () => {
  it('prints all problems of the configuration, one on each line, and no stack trace', async () => {
    const config = file('{"base": "tape", "table": []}');
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ config }), CDK_OUTDIR: folder };
    const app = promisify(execFile)(process.execPath, [join(root, 'bin', 'app.ts')], { env });
    await expect(app).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`^${config}: table is unknown.*\n${config}: base must be "export" or "scan"\n$`),
      ),
    });
  });
});
