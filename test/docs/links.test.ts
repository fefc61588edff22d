import { dirname, join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { anchorsOf, projectFiles, prose, textOf } from './pages.ts';

const files = projectFiles();
const folders = new Set(files.flatMap((file) => ancestorsOf(file)));
const pages = files.filter((file) => file.endsWith('.md'));

/** Returns the folders that contain the file, from the innermost out. */
function ancestorsOf(file: string): string[] {
  const folder = dirname(file);
  return folder === '.' ? [] : [folder, ...ancestorsOf(folder)];
}

function exists(path: string): boolean {
  return files.includes(path) || folders.has(path);
}

/** Returns the problems of a page's links `[text](target)`. Does not follow links out of the project. */
function brokenLinks(page: string, text: string): string[] {
  const targets = Array.from(
    prose(text).matchAll(/\]\((?<target>[^)\s]+)\)/g),
    ({ groups }) => groups?.['target'] ?? '',
  );
  return targets.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path).replace(/\/$/, '');
    return !exists(file) || (anchor !== undefined && !anchorsOf(textOf(file)).has(anchor));
  });
}

const rooms = ['api', 'architecture', 'bench', 'bin', 'cli', 'docs', 'lambda', 'lib', 'local', 'test', '.ci'];
const mention = new RegExp(`^(?:${rooms.join('|')})/[\\w./-]*$`);

/**
 * Returns the paths of the project that a page names as code, such as `lambda/item/`, and that do not exist. A walk also
 * names files that its reader makes: only their folders must exist.
 */
function missingPaths(page: string, text: string): string[] {
  const spans = Array.from(text.matchAll(/`([^`\n]+)`/g), ([, span = '']) => span.replace(/\/$/, ''));
  const isThere = page.startsWith('docs/walks/') ? (path: string) => exists(dirname(path)) : exists;
  return spans.filter((span) => mention.test(span) && !isThere(span));
}

describe('a link', () => {
  it('is broken if its file is missing', () => {
    expect(brokenLinks('docs/a.md', 'See [this](missing.md) and [that](format.md).')).toEqual(['missing.md']);
  });

  it('is broken if its page has no such heading', () => {
    expect(brokenLinks('docs/a.md', '[x](runbook.md#backupfailed) [y](runbook.md#no-such-heading)')).toEqual([
      'runbook.md#no-such-heading',
    ]);
  });
});

describe('a path that a page names', () => {
  it('is reported if no file or folder has it', () => {
    const text = '`lambda/item/` and `lambda/item/no-such-file.ts`';
    expect(missingPaths('docs/a.md', text)).toEqual(['lambda/item/no-such-file.ts']);
  });

  it('is reported in a walk if its folder does not exist', () => {
    const text = '`lambda/item/made-by-the-reader.ts` and `lambda/no-such-room/x.ts`';
    expect(missingPaths('docs/walks/a.md', text)).toEqual(['lambda/no-such-room/x.ts']);
  });
});

/** Returns each finding of `find` in the project's pages, after the page's path. */
function inAllPages(find: (page: string, text: string) => readonly string[]): string[] {
  return pages.flatMap((page) => find(page, textOf(page)).map((found) => `${page}: ${found}`));
}

describe('the pages of the project', () => {
  it('have no broken link', () => {
    expect(pages).toContain('docs/design.md');
    expect(inAllPages(brokenLinks)).toEqual([]);
  });

  it('name no path of the project that does not exist', () => {
    expect(inAllPages(missingPaths)).toEqual([]);
  });
});

describe('the code of the project', () => {
  it('names no page that does not exist', () => {
    const code = files.filter((file) => file.endsWith('.ts') && !file.startsWith('test/docs/'));
    const missing = code.flatMap((file) =>
      Array.from(textOf(file).matchAll(/\bdocs\/[\w/-]+\.md\b/g), ([page]) => page)
        .filter((page) => !exists(page))
        .map((page) => `${file}: ${page}`),
    );
    expect(missing).toEqual([]);
  });
});
