import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { readTableName } from '../../lambda/model/table-patterns.ts';
import type { TestDatabase } from './database.ts';
import type { Harness } from './harness.ts';
import { normal } from './tables.ts';

/** Reads every record of the catalog and every object of the store and of the data sinks. */
export async function readEverything(
  { dynamodb }: TestDatabase,
  { folder, services }: Harness,
): Promise<{ readonly records: readonly string[]; readonly objects: ReadonlyMap<string, string> }> {
  const TableName = readTableName(services.config.catalogArn);
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = files.map(async (file) => [file, (await readFile(file)).toString('hex')] as const);
  return { records: Items.map(normal).toSorted(), objects: new Map(await Promise.all(contents)) };
}
