import { describe, expect, it } from 'vitest';
import { floors } from '../../architecture/floors.ts';
import { parseImports, readProjectImports } from '../../architecture/imports.ts';
import { findViolations } from '../../architecture/violations.ts';

/** Finds the rules that a file with this text would break. */
function findBroken(file: string, text: string): string[] {
  return findViolations(floors, parseImports(file, text));
}

describe('the rules of the floors', () => {
  it('hold for every import of the project', () => {
    const imports = readProjectImports();
    expect(imports.length).toBeGreaterThan(1000);
    expect(findViolations(floors, imports)).toEqual([]);
  });

  it('forbid an import from a floor above, even of a type, a re-export or a dynamic one', () => {
    const rule = 'lambda/operations is on a floor above lambda/catalog';
    for (const text of [
      "import { createBackup } from '../operations/create-backup.ts';",
      "import type { CreateBackupInput } from '../operations/create-backup.ts';",
      "export { createBackup } from '../operations/create-backup.ts';",
      "const loaded = await import('../operations/create-backup.ts');",
    ]) {
      expect(findBroken('lambda/catalog/planted.ts', text)).toEqual([
        `lambda/catalog/planted.ts imports lambda/operations/create-backup.ts: ${rule}`,
      ]);
    }
  });

  it('forbid an import between rooms of one floor', () => {
    const text = "import { sweep } from '../retention/sweep.ts';";
    expect(findBroken('lambda/restore/planted.ts', text)).toEqual([
      expect.stringContaining('on the same floor'),
    ]);
  });

  it('forbid a source to import another source, or the catalog', () => {
    const peer = "import { scanSource } from '../scan/scan.ts';";
    expect(findBroken('lambda/sources/stream/planted.ts', peer)).toEqual([
      expect.stringContaining('lambda/sources/stream and lambda/sources/scan are on the same floor'),
    ]);
    const catalog = "import { catalogOf } from '../../catalog/catalog.ts';";
    expect(findBroken('lambda/sources/stream/planted.ts', catalog)).toEqual([
      expect.stringContaining('lambda/sources/stream must not reach lambda/catalog'),
    ]);
    expect(findBroken('lambda/sources/planted.ts', "import './scan/scan.ts';")).toEqual([
      expect.stringContaining('lambda/sources/scan is on a floor above lambda/sources'),
    ]);
  });

  it('forbid a dialect to import the catalog', () => {
    const text = "import { openCatalog } from '../../catalog/catalog.ts';";
    expect(findBroken('lambda/dialects/dynamodb/planted.ts', text)).toEqual([
      expect.stringContaining('lambda/dialects must not reach lambda/catalog'),
    ]);
  });

  it('forbid the room of user tables to import any room of the snapshot engine', () => {
    const text = "import { readItem } from '../snapshot/read/read-item.ts';";
    expect(findBroken('lambda/tables/planted.ts', text)).toEqual([
      expect.stringContaining('lambda/tables must not reach lambda/snapshot/read'),
    ]);
  });

  it('forbid a command to import the handlers instead of calling the endpoint', () => {
    const text = "import { handler } from '../lambda/handlers/begin.ts';";
    expect(findBroken('cli/planted.ts', text)).toEqual([expect.stringContaining('cli may use only')]);
  });

  it('forbid an import of the S3 client outside lambda/storage, except of a type', () => {
    const text = "import { S3Client } from '@aws-sdk/client-s3';";
    expect(findBroken('lambda/backup/planted.ts', text)).toEqual([
      expect.stringContaining('only lambda/storage may import that package'),
    ]);
    expect(findBroken('lambda/storage/planted.ts', text)).toEqual([]);
    expect(findBroken('lambda/backup/planted.ts', `import type${text.slice(6)}`)).toEqual([]);
  });

  it('allow an import from a lower floor and from the same room', () => {
    const text = "import { a } from '../catalog/catalog.ts'; import { b } from './begin.ts';";
    expect(findBroken('lambda/backup/planted.ts', text)).toEqual([]);
  });
});
