import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { billFile, createBill } from './bill-of-materials.ts';

const projectRoot = join(import.meta.dirname, '..', '..');

/** The path of the folder with the functions' handlers. */
export const handlersFolder = join(projectRoot, 'lambda', 'handlers');

/**
 * Bundles a TypeScript file with all of its imports into a folder, as `index.mjs` and the chunks that it loads, with a list
 * of the packages in them (`bill-of-materials.ts`). Returns what each file contains. `npm run bench -- --only requests`
 * measures the effect of these settings:
 *
 * - Code that is loaded with `import()` gets a file of its own, so a call that does not need it neither reads nor runs it.
 *   A single file would be read as a whole, and the Node modules that it imports would be loaded at once: `node:http`
 *   alone, as an ECMAScript module, loads `undici` for 20 ms.
 * - Packages are taken as ECMAScript modules, from which esbuild drops unused code.
 * - Names are not shortened, so that a stack trace in a log is readable without a source map, which Node would have to read
 *   at every start.
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
  writeFileSync(join(folder, billFile), JSON.stringify(createBill(metafile, projectRoot), undefined, 2));
  return metafile;
}

/** Finds the files of a bundle that Node reads before the first call. Returns their names in `outputs`. */
export function findStartFiles({ outputs }: Metafile): string[] {
  const names = new Set(Object.keys(outputs).filter((name) => basename(name) === 'index.mjs'));
  // The loop also visits names that are added while it runs.
  for (const name of names) {
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) names.add(path);
    }
  }
  return [...names];
}
