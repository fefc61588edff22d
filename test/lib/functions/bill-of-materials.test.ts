import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import lock from '../../../package-lock.json' with { type: 'json' };
import { billFile, createBill } from '../../../lib/functions/bill-of-materials.ts';
import { bundle, handlersFolder } from '../../../lib/functions/bundling.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-bill-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Bill {
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
}

describe('the list of packages in a bundle', () => {
  const metafile = bundle(join(handlersFolder, 'apply.ts'), folder);
  const bill = JSON.parse(readFileSync(join(folder, billFile), 'utf8')) as Bill;

  it('is in the bundle, in the format CycloneDX', () => {
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { component: { type: 'application', name: 'tidemark' } },
    });
  });

  it('has each package of which the bundle has a byte, in the version of the lock file', () => {
    const bundled = new Set(
      Object.values(metafile.outputs).flatMap(({ inputs }) =>
        Object.keys(inputs)
          .filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0 && path.includes('node_modules/'))
          .map((path) => path.split('node_modules/').at(-1)?.split('/') ?? [])
          .map(([first = '', second = '']) => (first.startsWith('@') ? `${first}/${second}` : first)),
      ),
    );
    expect(bundled.size).toBeGreaterThan(5);
    expect(new Set(bill.components.map(({ name }) => name))).toEqual(bundled);
    const locked = Object.entries(lock.packages).map(([path, entry]) =>
      [path.split('node_modules/').at(-1), 'version' in entry ? entry.version : ''].join('@'),
    );
    for (const { name, version } of bill.components) expect(locked).toContain(`${name}@${version}`);
  });

  it('names a package by a URL that other tools know', () => {
    expect(bill.components.map(({ purl }) => purl)).toContainEqual(
      expect.stringMatching(/^pkg:npm\/%40aws-sdk\/client-dynamodb@\d+\.\d+\.\d+$/),
    );
  });

  it('has no package of which nothing is in the bundle', () => {
    const inputs = { 'node_modules/vitest/index.js': { bytesInOutput: 0 } };
    const output = { bytes: 0, inputs, imports: [], exports: [] };
    expect(
      createBill({ inputs: {}, outputs: { 'index.mjs': output } }, join(handlersFolder, '..', '..')),
    ).toMatchObject({
      components: [],
    });
  });
});

describe('the installation', () => {
  it('runs no script of a package, but for esbuild’s, which works without it', () => {
    const scripts = Object.entries(lock.packages).filter(([, entry]) => 'hasInstallScript' in entry);
    const names = scripts.map(([path]) => path.split('node_modules/').at(-1));
    expect(names.filter((name) => name !== 'esbuild' && name !== 'fsevents')).toEqual([]);
  });

  it('locks every package by its hash', () => {
    const unlocked = Object.entries(lock.packages).filter(
      ([path, entry]) => path !== '' && !('integrity' in entry) && !('inBundle' in entry),
    );
    expect(unlocked).toEqual([]);
  });
});
