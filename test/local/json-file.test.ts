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

describe('entries in a file', () => {
  it('are empty if there is no file', async () => {
    expect(await readEntries(file)).toEqual(new Map());
  });

  it('are those of the last of many concurrent saves, and no other file remains', async () => {
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

  it('are saved after an earlier save failed, and the failed save throws', async () => {
    const entries = new Map([['a', 1]]);
    const write = createEntriesWriter(file, entries);
    await mkdir(file);
    await expect(write()).rejects.toMatchObject({ code: 'EISDIR' });
    await rmdir(file);
    await write();
    expect(await readEntries(file)).toEqual(entries);
  });

  it('are not read as empty if the file is damaged', async () => {
    await writeFile(file, '{"a":');
    await expect(readEntries(file)).rejects.toBeInstanceOf(SyntaxError);
  });
});
