import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path/posix';
import { parseSync } from 'oxc-parser';

/** An import in a file. */
export interface Import {
  readonly file: string;
  /** The path from the project's root for a relative import; otherwise the name of a package or `node:` module. */
  readonly target: string;
  readonly isType: boolean;
}

/** Reads all imports of the project's TypeScript files: static, dynamic and type-only ones, and exports from other files. */
export function readProjectImports(): Import[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts']);
  const files = listed.toString().split('\n').filter(existsSync);
  return files.flatMap((file) => parseImports(file, readFileSync(file, 'utf8')));
}

/** Finds the imports in the text of a file, except dynamic imports whose module is an expression. */
export function parseImports(file: string, text: string): Import[] {
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
