import { readFileSync } from 'node:fs';
import type { Node } from 'constructs';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { parseConfig } from './parse-config.ts';
import type { TidemarkConfig } from './tidemark-config.ts';

/**
 * Reads the configuration of a deployment. It is the value of the CDK context key `tidemark` (an object, in `cdk.json` or
 * `cdk.context.json`), or a JSON file that the context key `config` names:
 *
 *     cdk deploy -c config=tidemark.config.json
 *
 * Throws `Validation` with all problems, one a line, each with the way to correct it.
 */
export function readConfig(node: Node): TidemarkConfig {
  const file: unknown = node.tryGetContext('config');
  const inline: unknown = node.tryGetContext('tidemark');
  if (file === undefined) return parseConfig(inline ?? {}, 'context key tidemark');
  if (inline !== undefined) {
    throw new TidemarkError(
      'Validation',
      'the context has both keys, config and tidemark: remove one of them',
    );
  }
  if (typeof file !== 'string') {
    throw new TidemarkError('Validation', 'context key config must be the path of a JSON file');
  }
  return readConfigFile(file);
}

/** Reads the configuration in a JSON file. Throws `Validation` with all problems, one a line. */
export function readConfigFile(file: string): TidemarkConfig {
  return parseConfig(readJson(file), file);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause);
    throw new TidemarkError('Validation', `${path} cannot be read as JSON: ${reason}`, { cause });
  }
}
