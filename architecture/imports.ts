import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path/posix';
import { parseSync } from 'oxc-parser';

/** One import of a file. */
export interface Import {
  readonly file: string;
  /** A path from the project's root for a relative import, else a package's name or a `node:` module. */
  readonly target: string;
  readonly isType: boolean;
}

/** All imports of the project's TypeScript files: static, dynamic, type-only, and exports from elsewhere. */
export function projectImports(): Import[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts']);
  const files = listed.toString().split('\n').filter(existsSync);
  return files.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')));
}

/** The imports of one file's text. A dynamic import whose module is an expression is left out. */
export function importsOf(file: string, text: string): Import[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module;
  const reexports = staticExports.flatMap(({ entries }) => entries);
  return [
    ...staticImports.map(({ moduleRequest, entries }) =>
      toImport(file, moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType)),
    ),
    ...reexports.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null ? [] : [toImport(file, moduleRequest.value, isType)],
    ),
    ...dynamicImports.flatMap(({ moduleRequest }) => {
      const literal = /^['"](?<target>.+)['"]$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
      return literal?.groups?.['target'] === undefined
        ? []
        : [toImport(file, literal.groups['target'], false)];
    }),
  ];
}

function toImport(file: string, specifier: string, isType: boolean): Import {
  const target = specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier;
  return { file, target, isType };
}
