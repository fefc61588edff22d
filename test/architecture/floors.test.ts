import { describe, expect, it } from 'vitest';
import { floors } from '../../architecture/floors.ts';
import { importsOf, projectImports } from '../../architecture/imports.ts';
import { violations } from '../../architecture/violations.ts';

/** The broken rules of a file of that text. */
function broken(file: string, text: string): string[] {
  return violations(floors, importsOf(file, text));
}

describe('the floors of the project', () => {
  it('are kept by every import of today', () => {
    const imports = projectImports();
    expect(imports.length).toBeGreaterThan(1000);
    expect(violations(floors, imports)).toEqual([]);
  });

  it('are broken by an import from a floor above, also of a type, a re-export or a dynamic import', () => {
    const rule = 'lambda/operations is on a floor above lambda/catalog';
    for (const text of [
      "import { createBackup } from '../operations/create-backup.ts';",
      "import type { CreateBackupInput } from '../operations/create-backup.ts';",
      "export { createBackup } from '../operations/create-backup.ts';",
      "const loaded = await import('../operations/create-backup.ts');",
    ]) {
      expect(broken('lambda/catalog/planted.ts', text)).toEqual([
        `lambda/catalog/planted.ts imports lambda/operations/create-backup.ts: ${rule}`,
      ]);
    }
  });

  it('are broken by an import between rooms of one floor', () => {
    const text = "import { sweep } from '../retention/sweep.ts';";
    expect(broken('lambda/restore/planted.ts', text)).toEqual([expect.stringContaining('on the same floor')]);
  });

  it('are broken by a source that imports another one, or the catalog', () => {
    const peer = "import { scanSource } from '../scan/scan.ts';";
    expect(broken('lambda/sources/stream/planted.ts', peer)).toEqual([
      expect.stringContaining('lambda/sources/stream and lambda/sources/scan are on the same floor'),
    ]);
    const catalog = "import { catalogOf } from '../../catalog/catalog.ts';";
    expect(broken('lambda/sources/stream/planted.ts', catalog)).toEqual([
      expect.stringContaining('lambda/sources/stream must not reach lambda/catalog'),
    ]);
    expect(broken('lambda/sources/planted.ts', "import './scan/scan.ts';")).toEqual([
      expect.stringContaining('lambda/sources/scan is on a floor above lambda/sources'),
    ]);
  });

  it('are broken by a dialect that reaches the catalog', () => {
    const text = "import { openCatalog } from '../../catalog/catalog.ts';";
    expect(broken('lambda/dialects/dynamodb/planted.ts', text)).toEqual([
      expect.stringContaining('lambda/dialects must not reach lambda/catalog'),
    ]);
  });

  it('are broken when the room of user tables reaches any room of the snapshot engine', () => {
    const text = "import { readItem } from '../snapshot/read/read-item.ts';";
    expect(broken('lambda/tables/planted.ts', text)).toEqual([
      expect.stringContaining('lambda/tables must not reach lambda/snapshot/read'),
    ]);
  });

  it('are broken by a command that reaches the handlers instead of the endpoint', () => {
    const text = "import { handler } from '../lambda/handlers/begin.ts';";
    expect(broken('cli/planted.ts', text)).toEqual([expect.stringContaining('cli may use only')]);
  });

  it('are broken by another room that imports the S3 client, but not by one of its types', () => {
    const text = "import { S3Client } from '@aws-sdk/client-s3';";
    expect(broken('lambda/backup/planted.ts', text)).toEqual([
      expect.stringContaining('only lambda/storage may import that package'),
    ]);
    expect(broken('lambda/storage/planted.ts', text)).toEqual([]);
    expect(broken('lambda/backup/planted.ts', `import type${text.slice(6)}`)).toEqual([]);
  });

  it('are kept by an import from a lower floor and from the same room', () => {
    const text = "import { a } from '../catalog/catalog.ts'; import { b } from './begin.ts';";
    expect(broken('lambda/backup/planted.ts', text)).toEqual([]);
  });
});
