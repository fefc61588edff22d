import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Returns the text of a file, by its path from the project's root. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Lists the paths of all files of the project, as git sees them: tracked, or new and not ignored. */
export function projectFiles(): string[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  return list.split('\0').filter((path) => path !== '');
}

/** Returns a page without its fenced blocks of code. */
export function prose(page: string): string {
  return page.replaceAll(/^```[^]*?^```$/gm, '');
}

/** Returns the anchors of a page's headings, as GitHub makes them: lower case, hyphens for spaces, no punctuation. */
export function anchorsOf(page: string): Set<string> {
  const headings = prose(page).matchAll(/^#+ (?<text>.+)$/gm);
  return new Set(Array.from(headings, ({ groups }) => anchorOf(groups?.['text'] ?? '')));
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}
