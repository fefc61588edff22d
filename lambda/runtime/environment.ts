/**
 * The names of the environment variables that configure the functions. The stack sets them and `services/config.ts` reads
 * them. This file imports nothing, so that both sides may import it.
 */
export const environment = {
  catalogTable: 'TIDEMARK_CATALOG_TABLE',
  /** The ARN of the catalog's table. */
  catalogArn: 'TIDEMARK_CATALOG_ARN',
  /** The bucket's name. */
  bucket: 'TIDEMARK_BUCKET',
  /** The ARN of the KMS key that encrypts the bucket's objects. */
  bucketKey: 'TIDEMARK_BUCKET_KEY_ARN',
  /** Key prefix inside the bucket, without slashes at its ends; may be empty. */
  prefix: 'TIDEMARK_PREFIX',
  /** The ARN of the HMAC key in KMS that signs staged objects and the tags of restored tables. */
  secretKey: 'TIDEMARK_SECRET_KEY_ARN',
  /** The ARNs of the state machines. Only functions that start executions have them. */
  backupMachine: 'TIDEMARK_BACKUP_MACHINE_ARN',
  restoreMachine: 'TIDEMARK_RESTORE_MACHINE_ARN',
  /** The ARN of the function that calls DynamoDB to restore tables. Only the function that requests restores has it. */
  restoreFunction: 'TIDEMARK_RESTORE_FUNCTION_ARN',
  /** The ARN of the function that records damage. Only the function that reads backups has it. */
  damageFunction: 'TIDEMARK_DAMAGE_FUNCTION_ARN',
  /** `refuse` or `enable`: whether to refuse the backup of a table without a stream, or enable a stream. */
  missingStream: 'TIDEMARK_MISSING_STREAM',
  /** `export` or `scan`: how to read a table that has no snapshot to continue. */
  base: 'TIDEMARK_BASE',
  /** `refuse` or `enable`: the same for point-in-time recovery, which an export needs. */
  missingRecovery: 'TIDEMARK_MISSING_RECOVERY',
  /** `auto`, `import` or `writes`: how restored tables get their items. */
  restoreBy: 'TIDEMARK_RESTORE_BY',
  /** The maximum number of seconds that one invocation works before it answers `more`. */
  timeBudgetSeconds: 'TIDEMARK_TIME_BUDGET_SECONDS',
  /** The seconds after the marker until all earlier records of the stream are taken to be readable. */
  settleSeconds: 'TIDEMARK_SETTLE_SECONDS',
  /** The names, ARNs and patterns of the tables that Tidemark may back up, as JSON. */
  tables: 'TIDEMARK_TABLES',
  /** The table groups, as JSON: a list of `TableGroup`. */
  groups: 'TIDEMARK_GROUPS',
  /** The data sinks other than the default one, as JSON: a list of `ConfiguredSink`. */
  sinks: 'TIDEMARK_SINKS',
  /** The ARN of the secret with the keys of a dialect's callers. Only the function of that dialect has it. */
  keysSecret: 'TIDEMARK_KEYS_SECRET_ARN',
  /** The number of segments of a table scan: 1 to 500. */
  scanSegments: 'TIDEMARK_SCAN_SEGMENTS',
} as const;

/**
 * Returns the name of the variable that holds the ARN of a verb's function. Only the function that dispatches requests has
 * these variables.
 */
export function nameFunctionVariable(verb: string): string {
  return `TIDEMARK_API_${verb.toUpperCase()}_FUNCTION_ARN`;
}
