import { basename, join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';

const projectRoot = join(import.meta.dirname, '..', '..');

/** The folder of the functions' handlers. */
export const handlers = join(projectRoot, 'lambda', 'handlers');

/**
 * Bundles a TypeScript file with all that it imports into a folder, as `index.mjs` and the chunks that it loads, and
 * says what is in them. Measured by `npm run bench -- --only requests`.
 *
 * - What is imported with `import()` is a file of its own, and so is neither read nor run by who does not need it. In
 *   one file all of it is read, and what it imports of Node is loaded at once: `node:http` alone, as ECMAScript module,
 *   brings 20 ms of `undici`.
 * - Packages give their ECMAScript modules, of which esbuild leaves out what is not used.
 * - Names stay, so that a stack in a log tells something without a source map, which Node would read at every start.
 */
export function bundle(entry: string, folder: string): Metafile {
  const { metafile } = buildSync({
    absWorkingDir: projectRoot,
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS packages inside an ECMAScript module call `require`.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** The bundle's files that are read before the first call, by their names in `outputs`. */
export function readAtStart({ outputs }: Metafile): string[] {
  const names = new Set(Object.keys(outputs).filter((name) => basename(name) === 'index.mjs'));
  // A set is walked to its end, with what is added meanwhile.
  for (const name of names) {
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) names.add(path);
    }
  }
  return [...names];
}
