import { existsSync } from 'node:fs';
import type { ConfiguredSink } from '../lambda/model/data-sinks.ts';
import type { TableGroup } from '../lambda/model/table-groups.ts';

/** The part of a configuration that the runtime uses. */
export interface ConfiguredGroups {
  readonly tables?: readonly string[];
  readonly groups?: readonly TableGroup[];
  readonly sinks?: readonly ConfiguredSink[];
}

/**
 * Reads tables, groups and data sinks from the configuration file: by default `tidemark.config.json` in the current folder, if there is
 * one. Without it every table can be backed up. Throws `Validation` with all problems of the file.
 */
export async function readGroups(path: string | undefined): Promise<ConfiguredGroups> {
  const file = path || 'tidemark.config.json';
  if (!path && !existsSync(file)) return {};
  // The schema loads the CDK, which takes a second.
  const { readConfigFile } = await import('../lib/config/read-config.ts');
  const { exampleTables } = await import('../lib/config/schema.ts');
  const { tables, groups, sinks } = readConfigFile(file);
  return { ...(tables !== exampleTables && { tables }), groups, sinks };
}
