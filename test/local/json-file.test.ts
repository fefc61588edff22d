import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEntriesWriter, readEntries } from '../../local/json-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-json-'));
  file = join(folder, 'entries.json');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the entries of a file', () => {
  it('are empty if the file does not exist', async () => {
    expect(await readEntries(file)).toEqual(new Map());
  });

  it('are those of the last of many concurrent saves, which leave no other file', async () => {
    const entries = new Map<string, number>();
    const write = createEntriesWriter(file, entries);
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        entries.set(`entry ${i}`, i);
        return write();
      }),
    );
    expect(await readEntries(file)).toEqual(entries);
    expect(await readdir(folder)).toEqual(['entries.json']);
  });

  it('are saved even if an earlier save failed, and that save throws', async () => {
    const entries = new Map([['a', 1]]);
    const write = createEntriesWriter(file, entries);
    await mkdir(file);
    await expect(write()).rejects.toMatchObject({ code: 'EISDIR' });
    await rmdir(file);
    await write();
    expect(await readEntries(file)).toEqual(entries);
  });

  it('throw if the file is damaged, instead of being read as empty', async () => {
    await writeFile(file, '{"a":');
    await expect(readEntries(file)).rejects.toBeInstanceOf(SyntaxError);
  });
});
